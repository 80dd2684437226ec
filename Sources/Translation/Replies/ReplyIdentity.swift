internal import JSON

/// The id, time and model that a response, or each chunk of a streamed response, contains. They come from upstream.
struct ReplyIdentity: Sendable {
    /// The id without its prefix, which is `resp_` in the Responses API and `chatcmpl-` in Chat Completions.
    var id: String
    /// Seconds since 1970.
    var created: Int
    var model: String

    /// Reads a response object. Fields that it lacks are taken from `fallback`; OpenAI's own responses have all of them.
    init(_ response: Value, for context: ReplyContext, fallback: (id: String, created: Int)) {
        id = response["id"]?.string.map(Self.withoutPrefix) ?? fallback.id
        // Some servers write a time with a fraction.
        created =
            response["created_at"].flatMap { $0.integer ?? Self.wholePart($0) } ?? fallback.created
        model = context.modelShown(response["model"]?.string)
    }

    private static func withoutPrefix(_ id: String) -> String {
        let prefix = "resp_".utf8
        return id.utf8.starts(with: prefix) ? String(Substring(id.utf8.dropFirst(prefix.count))) : id
    }

    private static func wholePart(_ number: Value) -> Int? {
        number.numberText.flatMap(Double.init).flatMap { Int(exactly: $0.rounded(.down)) }
    }

    init(id: String, created: Int, model: String) {
        self.id = id
        self.created = created
        self.model = model
    }
}

extension ReplyContext {
    /// The model that the response names. Programs choose tokenizers and parsers by this name, so it is one that they know:
    /// the name that the client used, unless upstream names that model or a dated version of it.
    ///
    /// - Parameter upstreams: the model that upstream names; nil if it names none.
    func modelShown(_ upstreams: String? = nil) -> String {
        let shown = upstreams ?? modelSent
        guard replyModel == .asked, let modelAsked, modelAsked != modelOfBase ?? modelSent else { return shown }
        return shown.isVersion(of: modelAsked) ? shown : modelAsked
    }
}

extension String {
    /// Whether this is that model's name with a date or a number, such as `gpt-4o-2024-08-06` or `gpt-4-0613`.
    fileprivate func isVersion(of model: String) -> Bool {
        guard utf8.starts(with: model.utf8) else { return false }
        let rest = utf8.dropFirst(model.utf8.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "-") && rest.dropFirst().first.map(Self.isDigit) ?? false
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
