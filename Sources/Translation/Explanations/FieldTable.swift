/// Facts about fields that explanations need: their other names, and why some are added or left out without a notice. The
/// translation does not use this table.
enum FieldTable {
    /// The upstream names of fields of Chat Completions, the legacy API and `/proxy`.
    static let otherNames: [String: [String]] = [
        "messages": ["input"],
        "prompt": ["input", "messages"],
        "max_tokens": ["max_output_tokens", "max_completion_tokens"],
        "max_completion_tokens": ["max_output_tokens"],
        "functions": ["tools"],
        "web_search_options": ["tools"],
        "function_call": ["tool_choice"],
        "response_format": ["text.format"],
        "verbosity": ["text.verbosity"],
        "reasoning_effort": ["reasoning.effort"],
        "logprobs": ["include"],
    ]

    /// Fields that are ignored if another field is given.
    static let successors = ["max_tokens": "max_completion_tokens", "function_call": "tool_choice"]

    /// The reason why a field is not sent although it has no notice.
    ///
    /// - Parameter field: the field's name; nil if its value is `null` or false.
    static func reasonForAbsence(_ field: String?) -> String {
        switch field {
        case "stream_options": "is not needed: a stream's last event always reports the usage"
        case "echo": "is applied by the proxy: the text begins with the prompt"
        case "modalities": "is not needed: text is the only modality"
        case let field? where successors[field] != nil: "is ignored because '\(successors[field] ?? "")' is given"
        default: "is not needed: it has its default value"
        }
    }

    /// The reason why a field is sent that the client did not give.
    static func reasonForPresence(_ field: String) -> String? {
        switch field {
        case "model": "is DEFAULT_MODEL: the request names none"
        case "store": "is false by default in Chat Completions; the Responses API would store the response"
        case "parallel_tool_calls": "is sent because a response with 'function_call' can hold only one call"
        case "top_logprobs": "is the number from the legacy API's 'logprobs'"
        case "include": "requests encrypted reasoning, which is sent back with tool results"
        default: nil
        }
    }
}
