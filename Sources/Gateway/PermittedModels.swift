internal import Access
internal import CGI
internal import JSON
internal import Translation

/// Checks that a request uses only models that its caller may use. It looks at the bytes that are sent, and refuses what
/// upstream could read differently: a second `model` in other letters, a body that is not JSON, a model in the query.
enum PermittedModels {
    /// Checks the body of a translated request, whose model is permitted.
    static func check(_ request: TranslatedRequest, for caller: Caller) throws(HTTPError) {
        guard try model(in: request.body, for: caller) == request.context.modelSent else { throw .modelNotNamed }
    }

    /// Checks a request that is passed through.
    static func check(_ request: CGI.Request, _ body: [UInt8], for caller: Caller) throws(HTTPError) {
        if let query = request.query, namesModel(query) { throw .modelNotNamed }
        if body.isEmpty {
            guard request.method != "POST" || request.path.hasSuffix("/cancel") else { throw .modelNotNamed }
            return
        }
        let type = request.contentType?.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard type == "application/json" else { throw .modelNotNamed }
        let model = try model(in: body, for: caller)
        guard caller.mayUse(model) else { throw .modelNotAllowed(model) }
    }

    /// The only model that a body names, apart from those of its tools, which are checked.
    private static func model(in body: [UInt8], for caller: Caller) throws(HTTPError) -> String {
        guard let root = try? Document(parsing: body, maximumCount: maximumJSONCount).root,
            root.duplicateMember == nil, root.members.count(where: isModel) == 1,
            let model = try? root.modelName()
        else { throw .modelNotNamed }
        for tool in root["tools"]?.elements ?? .empty {
            for member in tool.members where isModel(member) {
                guard let name = member.value.string else { throw .modelNotNamed }
                guard caller.mayUse(name) else { throw .modelNotAllowed(name.printable()) }
            }
        }
        return model
    }

    /// Whether an upstream that ignores case takes the member for the model.
    private static func isModel(_ member: Member) -> Bool {
        member.name.lowercased() == "model"
    }

    /// Whether a query has a parameter named `model`, however it is encoded.
    private static func namesModel(_ query: String) -> Bool {
        query.split { $0 == "&" || $0 == ";" }.contains { parameter in
            let name = parameter.prefix { $0 != "=" }
            return PercentEncoding.decode(String(name)).lowercased().hasPrefix("model")
        }
    }
}
