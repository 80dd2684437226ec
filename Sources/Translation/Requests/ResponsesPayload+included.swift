internal import JSON

/// What the Responses API tells only when asked (`include`).
extension ResponsesPayload {
    mutating func writeIncluded(to writer: inout Writer) {
        context.keepsReasoning = wantsReasoning
        guard includesLogprobs || context.keepsReasoning else { return }
        writer.name("include")
        writer.array {
            if includesLogprobs { $0.string("message.output_text.logprobs") }
            if context.keepsReasoning { $0.string("reasoning.encrypted_content") }
        }
    }

    /// Reasoning is of use where the model may call a tool, whose result it then goes on with. Calls of the older kind have
    /// no ids by which it could be found again.
    private var wantsReasoning: Bool {
        guard settings.keepsReasoning, effort.reasons, case .chat = front else { return false }
        return body.given("tools") != nil
    }
}
