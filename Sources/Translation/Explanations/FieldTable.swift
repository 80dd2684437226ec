/// What an explanation has to know of fields and cannot see: their other names, and why some are there or not there without
/// a notice. Nothing of it decides about a translation.
enum FieldTable {
    /// Where a field of Chat Completions, of the legacy API or of `/proxy` may be found again under another name.
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

    /// Fields that count for nothing beside another.
    static let successors = ["max_tokens": "max_completion_tokens", "function_call": "tool_choice"]

    /// Why a field is not sent although it is not dropped.
    ///
    /// - Parameter field: nil of one that asks for nothing.
    static func reasonForAbsence(_ field: String?) -> String {
        switch field {
        case "stream_options": "is not needed: usage comes with a stream's last event"
        case "echo": "is done here: the text begins with the prompt"
        case "modalities": "is not needed: text is all that there is"
        case let field? where successors[field] != nil: "gives way to '\(successors[field] ?? "")'"
        default: "is not needed: it asks for what is so anyway"
        }
    }

    /// Why a field is sent that the client has not given.
    static func reasonForPresence(_ field: String) -> String? {
        switch field {
        case "model": "is DEFAULT_MODEL: the request names none"
        case "store": "is what Chat Completions does unless told otherwise; the Responses API would store it"
        case "parallel_tool_calls": "is sent because a reply with 'function_call' has room for one call"
        case "top_logprobs": "is the number that the legacy API has in 'logprobs'"
        case "include": "asks for reasoning in sealed form, which goes back with the results of tools"
        default: nil
        }
    }
}
