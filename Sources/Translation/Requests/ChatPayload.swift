internal import JSON
internal import Models

/// Writes the body of `POST /chat/completions` for upstreams that support it: the client's body with the model mapped, the
/// token limit under its current name, and without parameters that the model is known to reject. All other fields keep
/// their values and their order.
struct ChatPayload {
    private let request: ClientRequest
    private let effort: EffortToSend
    private var notices: Notices

    private var body: Value { request.body }
    private var model: String { request.choice.sent.name }

    init(_ request: ClientRequest, settings: TranslationSettings) throws(RequestError) {
        self.request = request
        notices = request.notices
        notices.target(request.target, insteadOf: settings.target, request.choice.sent.name)
        effort = EffortToSend(
            asked: try request.body.stringIfGiven("reasoning_effort"), of: request.choice, in: request.target)
    }

    mutating func translate(from front: SourceAPI) throws(RequestError) -> TranslatedRequest {
        let limit = try TokenLimit(of: body, notices: &notices)
        let messages = try Messages.list(of: body, from: front)
        let prompt = messages == nil ? try Prompt.single(of: body) : nil
        let movesPrompt = request.target == .chat
        var writer = Writer(reservingCapacity: body.text.count + 64)
        try writer.object { writer throws(RequestError) in
            writer.member("model", model)
            if let prompt, movesPrompt { Self.writeMessage(prompt, to: &writer) }
            for member in body.members {
                switch member.name {
                case "model", "max_tokens", "max_completion_tokens": continue
                case "reasoning_effort": try writeEffort(to: &writer)
                case "stream_options" where asksForUsage: continue
                case "prompt" where movesPrompt: continue
                case "temperature", "top_p", "logprobs", "top_logprobs":
                    if try takes(member) { writer.member(member) }
                default: writer.member(member)
                }
            }
            if asksForUsage { StreamOptions.write(body["stream_options"], to: &writer) }
            if let limit { writer.member("max_completion_tokens", limit.tokens) }
            if body["reasoning_effort"] == nil { try writeEffort(to: &writer) }
        }
        noteTools()
        var context = request.context
        context.hidesUsage = asksForUsage
        return TranslatedRequest(
            path: request.target.path, body: writer.bytes, context: context, notices: notices.all)
    }

    /// Whether upstream is asked for the usage although the client is not.
    private var asksForUsage: Bool { request.context.streams && !request.context.includesUsage }

    private mutating func writeEffort(to writer: inout Writer) throws(RequestError) {
        if let text = try notices.effort(effort, model) { writer.member("reasoning_effort", text) }
    }

    /// Whether to send a sampling parameter. A default value is sent, because no model rejects it.
    private mutating func takes(_ member: Member) throws(RequestError) -> Bool {
        if effort.takesSampling || member.isDefaultSampling { return true }
        return try notices.unsupported(member.name, by: model, effort)
    }

    /// Tools are sent anyway, because the client relies on them; upstream's error is more useful than a response without
    /// tool calls.
    private mutating func noteTools() {
        guard !effort.takesToolsInChat else { return }
        for field in ["tools", "functions"] where body.members.contains(where: { $0.name == field && !$0.value.isNull })
        {
            notices.warned(
                field,
                "are refused by Chat Completions with \(model); the Responses API takes them (TARGET_API=responses)")
        }
    }

    private static func writeMessage(_ prompt: Value, to writer: inout Writer) {
        writer.name("messages")
        writer.array {
            $0.object {
                $0.member("role", "user")
                $0.member("content", prompt)
            }
        }
    }
}

extension Member {
    /// Whether this is a sampling parameter with its default value.
    var isDefaultSampling: Bool {
        let number = value.numberText.flatMap(Double.init)
        return switch name {
        case "temperature", "top_p": value.isNull || number == 1
        case "logprobs": value.isNull || value.bool == false
        case "top_logprobs": value.isNull || number == 0
        default: false
        }
    }
}
