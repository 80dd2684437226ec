internal import JSON
internal import Models

/// A body that is already in upstream's format. The model is replaced, and parameters that do not suit it are adjusted.
struct MappedBody {
    let request: ClientRequest
    private let path: String
    /// Whether parameters are adjusted to the model: only in bodies of the Responses API.
    private let adjustsParameters: Bool
    private let effort: EffortToSend
    private var notices: Notices

    private var model: String { request.choice.sent.name }

    /// - Parameter path: the upstream path; nil if only the model's name is to be changed.
    init(_ request: ClientRequest, path: String?) throws(RequestError) {
        self.request = request
        self.path = path ?? ""
        adjustsParameters = path?.hasPrefix(Target.responses.path) ?? false
        notices = request.notices
        let reasoning = adjustsParameters ? try request.body.given("reasoning", as: .object) : nil
        effort = EffortToSend(
            asked: try reasoning?.stringIfGiven("effort", in: "reasoning."), of: request.choice, in: .responses)
    }

    mutating func translate(_ document: Document) throws(RequestError) -> TranslatedRequest {
        var context = request.context
        if context.modelAsked == nil { context.sendsNoModel() }
        // A client of the Responses API gets upstream's own errors.
        context.unsupportedParameters = .forward
        context.hidesUsage = path == "/completions" && context.streams && !context.includesUsage
        let body =
            needsAdjustment || context.hidesUsage
            ? try adjustedBody(document, asksForUsage: context.hidesUsage) : renamedBody(document)
        return TranslatedRequest(path: path, body: body, context: context, notices: notices.all)
    }

    /// Whether the body needs changes other than the model's name: the client chose its parameters for another model than
    /// the one that is sent, which rejects one of them; or an effort is configured with the model and the client sets none.
    private var needsAdjustment: Bool {
        guard adjustsParameters, let asked = request.context.modelAsked else { return false }
        if effort.asked == nil, effort.text != nil { return true }
        guard asked != model else { return false }
        return effort.asked != effort.text || request.body.members.contains(where: modelRejects)
            || request.body["include"]?.elements.contains { modelRejects(included: $0) } == true
    }

    /// Whether the model rejects a parameter.
    private func modelRejects(_ member: Member) -> Bool {
        switch member.name {
        case "temperature", "top_p", "top_logprobs": !effort.takesSampling && !member.isDefaultSampling
        // A model without efforts rejects the whole field.
        case "reasoning": request.choice.sent.efforts == .unsupported && !member.value.isNull
        default: false
        }
    }

    /// Whether the model rejects a value of `include`.
    private func modelRejects(included: Value) -> Bool {
        included.isString("message.output_text.logprobs") && !effort.takesSampling
            || included.isString("reasoning.encrypted_content") && request.choice.sent.reasoning == .never
    }

    /// The document's bytes with the model's name replaced.
    private func renamedBody(_ document: Document) -> [UInt8] {
        var body = document.bytes
        if let name = request.body.given("model") {
            var replacement = Writer()
            replacement.string(model)
            body.replaceSubrange(name.text.indices, with: replacement.bytes)
        }
        return body
    }

    /// The document without the parameters that the model rejects, with the effort that is configured with the model, and with
    /// the option that makes a stream report its usage.
    private mutating func adjustedBody(
        _ document: Document, asksForUsage: Bool
    ) throws(RequestError) -> [UInt8] {
        var writer = Writer(reservingCapacity: document.bytes.count + 64)
        try writer.object { writer throws(RequestError) in
            for member in request.body.members {
                switch member.name {
                case "model": writer.member("model", model)
                case "stream_options" where asksForUsage: continue
                case _ where adjustsParameters && modelRejects(member):
                    if try notices.unsupported(member.name, by: model, effort) { writer.member(member) }
                case "reasoning" where adjustsParameters:
                    if !member.value.isNull { try writeReasoning(member.value, to: &writer) }
                case "include" where adjustsParameters: try writeIncluded(member.value, to: &writer)
                default: writer.member(member)
                }
            }
            if asksForUsage { StreamOptions.write(request.body["stream_options"], to: &writer) }
            if path == Target.responses.path, request.body.given("reasoning") == nil, let effort = effort.text {
                writer.name("reasoning")
                writer.object { $0.member("effort", effort) }
            }
        }
        return writer.bytes
    }

    private mutating func writeReasoning(_ reasoning: Value, to writer: inout Writer) throws(RequestError) {
        let effort = try notices.effort(self.effort, field: "reasoning.effort", model)
        writer.name("reasoning")
        writer.object {
            for member in reasoning.members {
                if member.name != "effort" { $0.member(member) }
            }
            if let effort { $0.member("effort", effort) }
        }
    }

    private mutating func writeIncluded(_ list: Value, to writer: inout Writer) throws(RequestError) {
        let isRejected = list.elements.contains { modelRejects(included: $0) }
        let isForwarded = isRejected ? try notices.unsupported("include", by: model, effort) : true
        writer.name("include")
        if isForwarded { return writer.value(list) }
        writer.array { for item in list.elements where !modelRejects(included: item) { $0.value(item) } }
    }
}
