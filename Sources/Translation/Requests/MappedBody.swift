internal import JSON
internal import Models

/// A body that upstream understands as it is, with another model in it.
struct MappedBody {
    let request: ClientRequest
    private let path: String
    private let effort: EffortToSend
    private var notices: Notices

    /// - Parameter path: the route upstream.
    init(_ request: ClientRequest, path: String) throws(RequestError) {
        self.request = request
        self.path = path
        notices = request.notices
        let asked = try request.body.given("reasoning", as: .object)?.stringIfGiven("effort", in: "reasoning.")
        effort = EffortToSend(asked: asked, of: request.choice, in: .responses)
    }

    mutating func translate(_ document: Document) throws(RequestError) -> TranslatedRequest {
        var context = request.context
        // Whoever speaks upstream's own language gets upstream's own answers, refusals too.
        context.unsupportedParameters = .forward
        let body = mustFit ? try fitted(document) : named(document)
        return TranslatedRequest(path: path, body: body, context: context, notices: notices.all)
    }

    /// Whether another model is asked than the client chose the parameters for, and refuses one of them; or an effort goes
    /// with the model.
    private var mustFit: Bool {
        guard let asked = request.context.modelAsked, path.hasPrefix(Target.responses.path) else { return false }
        let askedEffort = request.body["reasoning"]?.given("effort")?.string
        if askedEffort == nil, effort.text != nil { return true }
        guard asked != request.context.modelSent else { return false }
        return askedEffort != effort.text || request.body.members.contains(where: isRefused)
            || request.body["include"]?.elements.contains(where: isRefused) == true
    }

    /// Whether the model refuses a sampling parameter: not at the value that it has anyway.
    private func isRefused(_ member: Member) -> Bool {
        guard !effort.takesSampling, !member.value.isNull else { return false }
        let number = member.value.numberText.flatMap(Double.init)
        return switch member.name {
        case "temperature", "top_p": number != 1
        case "top_logprobs": number != 0
        default: false
        }
    }

    /// Whether the model refuses to tell what is asked to be included.
    private func isRefused(_ included: Value) -> Bool {
        included.isString("message.output_text.logprobs") && !effort.takesSampling
            || included.isString("reasoning.encrypted_content") && request.choice.sent.reasoning == .never
    }

    /// The document's bytes with the model's name replaced.
    private func named(_ document: Document) -> [UInt8] {
        var body = document.bytes
        if let model = request.body.given("model") {
            var name = Writer()
            name.string(request.context.modelSent)
            body.replaceSubrange(model.text.indices, with: name.bytes)
        }
        return body
    }

    /// The document without what the other model refuses: the client chose its parameters for the model that it named.
    private mutating func fitted(_ document: Document) throws(RequestError) -> [UInt8] {
        let model = request.context.modelSent
        var writer = Writer(reservingCapacity: document.bytes.count + 64)
        try writer.object { writer throws(RequestError) in
            for member in request.body.members {
                switch member.name {
                case "model": writer.member("model", model)
                case "reasoning" where !member.value.isNull: try writeReasoning(member.value, to: &writer)
                case _ where isRefused(member):
                    if try forwards(member.name) { writer.member(member) }
                case "include": try writeIncluded(member.value, to: &writer)
                default: writer.member(member)
                }
            }
            if path == Target.responses.path, request.body.given("reasoning") == nil, let effort = effort.text {
                writer.name("reasoning")
                writer.object { $0.member("effort", effort) }
            }
        }
        return writer.bytes
    }

    private mutating func writeReasoning(_ reasoning: Value, to writer: inout Writer) throws(RequestError) {
        let asked = reasoning.given("effort")?.string
        let effort = try notices.effort(self.effort, asked: asked, for: request.context.modelSent)
        // A model that does not think takes no such field at all.
        guard effort != nil || asked == nil else { return }
        writer.name("reasoning")
        writer.object {
            for member in reasoning.members {
                if member.name != "effort" { $0.member(member) }
            }
            if let effort { $0.member("effort", effort) }
        }
    }

    private mutating func forwards(_ field: String) throws(RequestError) -> Bool {
        try notices.sampling(field, refusedBy: request.context.modelSent, effort)
    }

    private mutating func writeIncluded(_ list: Value, to writer: inout Writer) throws(RequestError) {
        let isRefused = list.elements.contains(where: isRefused)
        let isForwarded = isRefused ? try forwards("include") : true
        writer.name("include")
        if isForwarded { return writer.value(list) }
        writer.array { for item in list.elements where !self.isRefused(item) { $0.value(item) } }
    }
}
