internal import JSON

/// Writes the body of `POST /chat/completions` for upstreams that speak it: the client's own, with the model mapped and
/// the token limit under its present name. Everything else stays as it is, in its order.
enum ChatPayload {
    static func translate(
        _ request: ClientRequest, settings: TranslationSettings
    ) throws(RequestError) -> TranslatedRequest {
        var notices = Notices(policy: settings.unsupportedParameters)
        let limit = try TokenLimit(of: request.body, notices: &notices)
        let messages = try request.body.given("messages", as: .array)
        let prompt = messages == nil ? try Prompt.single(of: request.body) : nil
        var writer = Writer(reservingCapacity: request.body.text.count + 64)
        writer.object {
            $0.member("model", request.context.modelSent)
            if let prompt, settings.target == .chat { writeMessage(prompt, to: &$0) }
            for member in request.body.members {
                switch member.name {
                case "model", "max_tokens", "max_completion_tokens": continue
                case "prompt" where settings.target == .chat: continue
                default: $0.member(member)
                }
            }
            if let limit { $0.member("max_completion_tokens", limit.tokens) }
        }
        return TranslatedRequest(
            path: settings.target.path, body: writer.bytes, context: request.context, notices: notices.all)
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
