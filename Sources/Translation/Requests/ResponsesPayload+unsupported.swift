internal import JSON

/// Fields that the Responses API does not have: those of Chat Completions, and unknown ones.
extension ResponsesPayload {
    /// Checks every member once, so that none is dropped without a notice.
    mutating func writeUnsupportedFields(to writer: inout Writer) throws(RequestError) {
        for member in body.members where !member.value.isNull {
            let name = member.name
            guard !Self.handledFields.contains(name), !Self.sharedFields.contains(name) else { continue }
            if front.handles(name) || emulates(name) { continue }
            if name == "audio" || name == "modalities" {
                try checkModality(member)
            } else if Self.isDefault(member) {
                continue
            } else if notices.policy == .forward, writtenFields.contains(name) {
                // A second member of that name would make the body ambiguous.
                notices.dropped(name, "cannot be forwarded: the translation writes it itself")
            } else if try notices.unsupported(name, Self.reason(name)) {
                writer.member(member)
            }
        }
    }

    /// Fields that other parts of the translation handle.
    private static let handledFields: Set<String> = [
        "model", "messages", "store", "max_tokens", "max_completion_tokens", "tools", "functions",
        "web_search_options", "tool_choice", "function_call", "parallel_tool_calls", "response_format", "verbosity",
        "reasoning_effort", "temperature", "top_p", "logprobs", "top_logprobs", "stream", "stream_options",
    ]

    /// Audio is always an error: if the field were dropped, a client that expects audio would get text.
    private func checkModality(_ member: Member) throws(RequestError) {
        if member.name == "modalities", member.value.elements.allSatisfy({ $0.isString("text") }) { return }
        throw RequestError(
            message: "Unsupported parameter: '\(member.name)'. The Responses API cannot produce audio; "
                + #"use modalities: ["text"]."#,
            param: member.name, code: "unsupported_parameter")
    }

    /// A parameter with its default value can be left out without a notice.
    private static func isDefault(_ member: Member) -> Bool {
        switch member.name {
        case "n": member.value.integer == 1
        case "frequency_penalty", "presence_penalty": member.value.numberText.flatMap(Double.init) == 0
        case "logit_bias", "stop": member.value.isEmptyContainer
        case "best_of": member.value.integer == 1
        default: false
        }
    }

    private static func reason(_ name: String) -> String {
        switch name {
        case "n", "stop", "seed", "logit_bias", "prediction", "frequency_penalty", "presence_penalty", "best_of":
            "has no counterpart in the Responses API"
        default:
            "is not a parameter of Chat Completions"
        }
    }
}

extension SourceAPI {
    /// Whether this API has a field that Chat Completions does not have, and handles it.
    fileprivate func handles(_ field: String) -> Bool {
        switch self {
        case .proxy: field == "prompt"
        case .chat: false
        case .completion: field == "prompt" || field == "echo" || field == "suffix"
        }
    }
}
