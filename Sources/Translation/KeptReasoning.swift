/// Encrypted reasoning that preceded a tool call. After the call, the model continues its reasoning only if the next
/// request contains it again, and Chat Completions clients cannot send it.
public struct KeptReasoning: Sendable, Equatable {
    /// The id of the call that the reasoning led to, as the client knows it.
    public let callID: String

    /// Reasoning items before the text that accompanies the call, as JSON for the `input` array.
    public let beforeText: [[UInt8]]
    /// Reasoning items between that text and the call, in the same form; all of them if there was no text.
    public let beforeCall: [[UInt8]]

    /// Creates the reasoning that led to one call. If both lists are empty, there was none.
    public init(callID: String, beforeText: [[UInt8]] = [], beforeCall: [[UInt8]] = []) {
        self.callID = callID
        self.beforeText = beforeText
        self.beforeCall = beforeCall
    }
}

/// Looks up the reasoning that led to the call with this id; nil if none is cached.
public typealias ReasoningRecall = @Sendable (_ callID: String) -> KeptReasoning?
