internal import JSON

/// Data that the Responses API returns only on request (`include`).
extension ResponsesPayload {
    mutating func writeIncluded(to writer: inout Writer) {
        context.keepsReasoning = wantsReasoning
        guard includesLogprobs || context.keepsReasoning else { return }
        writtenFields.insert("include")
        writer.name("include")
        writer.array {
            if includesLogprobs { $0.string("message.output_text.logprobs") }
            if context.keepsReasoning { $0.string("reasoning.encrypted_content") }
        }
    }

    /// Reasoning is needed again only if the model may call a tool and continue with its result. Calls of legacy
    /// `functions` have no id by which it could be looked up.
    private var wantsReasoning: Bool {
        guard settings.keepsReasoning, effort.reasons, case .chat = front else { return false }
        return body.given("tools") != nil
    }
}
