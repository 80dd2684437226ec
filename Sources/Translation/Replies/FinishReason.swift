internal import JSON

/// Why a reply ended, in Chat Completions' words.
public enum FinishReason: String, Sendable {
    case stop, length
    case toolCalls = "tool_calls"
    case functionCall = "function_call"
    case contentFilter = "content_filter"

    /// The reason of a Responses API response that is over. A reply that was cut is told as such, even if a call was cut
    /// with it: what there is of the call cannot be used.
    init(of response: Value, hasCalls: Bool, answersInKind: Bool) {
        if response["status"]?.isString("incomplete") == true {
            switch response["incomplete_details"]?["reason"]?.string {
            case "content_filter": self = .contentFilter
            case "max_output_tokens": self = .length
            default: self = .stop
            }
        } else if hasCalls {
            self = answersInKind ? .functionCall : .toolCalls
        } else {
            self = .stop
        }
    }
}
