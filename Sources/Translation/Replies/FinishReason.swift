internal import JSON

/// Why a reply ended, in Chat Completions' words.
public enum FinishReason: String, Sendable {
    /// It is complete, or a stop sequence ended it.
    case stop
    /// It was cut at a limit of tokens.
    case length
    /// It ends with calls of tools.
    case toolCalls = "tool_calls"
    /// It ends with a call, as the legacy `functions` have it.
    case functionCall = "function_call"
    /// Upstream's filter cut it.
    case contentFilter = "content_filter"

    /// The reason of a Responses API response that is over. A reply that was cut is told as such, even if a call was cut
    /// with it: what there is of the call cannot be used.
    ///
    /// - Parameter complete: the reason if it was not cut.
    init(of response: Value, otherwise complete: FinishReason) {
        guard response["status"]?.isString("incomplete") == true else {
            self = complete
            return
        }
        switch response["incomplete_details"]?["reason"]?.string {
        case "content_filter": self = .contentFilter
        case "max_output_tokens", "max_messages": self = .length
        default: self = .stop
        }
    }

    /// The reason of a reply that says all that it has to say.
    init(hasCalls: Bool, answersInKind: Bool) {
        self = !hasCalls ? .stop : answersInKind ? .functionCall : .toolCalls
    }
}
