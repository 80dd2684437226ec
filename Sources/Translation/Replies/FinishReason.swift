internal import JSON

/// The reason why a response ended, with Chat Completions' values.
public enum FinishReason: String, Sendable {
    /// The response is complete, or a stop sequence ended it.
    case stop
    /// A token limit ended it.
    case length
    /// It ends with tool calls.
    case toolCalls = "tool_calls"
    /// It ends with a call of one of the legacy `functions`.
    case functionCall = "function_call"
    /// Upstream's content filter ended it.
    case contentFilter = "content_filter"

    /// The reason for a finished response of the Responses API. An incomplete response is reported as such even if it
    /// contains calls, because a truncated call cannot be used.
    ///
    /// - Parameters:
    ///   - isIncomplete: whether the response is incomplete unless its status is `completed`.
    ///   - complete: the reason if the response is complete.
    init(of response: Value, isIncomplete: Bool = false, otherwise complete: FinishReason) {
        let status = response["status"]
        guard status?.isString("incomplete") == true || isIncomplete && status?.isString("completed") != true else {
            self = complete
            return
        }
        switch response["incomplete_details"]?["reason"]?.string {
        case "content_filter": self = .contentFilter
        // Also for reasons of other servers, and without one: `stop` would say that nothing is missing.
        default: self = .length
        }
    }

    /// The reason for a complete response. A call that the client forced by its name is no decision of the model, and ends
    /// with `stop`.
    init(hasCalls: Bool, for context: ReplyContext) {
        self = !hasCalls || context.isCallForced ? .stop : context.usesFunctions ? .functionCall : .toolCalls
    }
}
