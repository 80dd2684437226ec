/// What a model thought before it called a tool, sealed by upstream: it goes on from there when it gets the result, but only
/// if it gets its thoughts back too, of which Chat Completions' clients know nothing.
public struct KeptReasoning: Sendable, Equatable {
    /// The call that the reasoning led to, as the client knows it.
    public let callID: String

    /// What was thought before the text beside the call: reasoning items, in JSON, as they go back into the input.
    public let beforeText: [[UInt8]]
    /// What was thought between that text and the call, in the same form, or all of it where there was no text.
    public let beforeCall: [[UInt8]]

    /// The reasoning that led to one call; without either list, there was none.
    public init(callID: String, beforeText: [[UInt8]] = [], beforeCall: [[UInt8]] = []) {
        self.callID = callID
        self.beforeText = beforeText
        self.beforeCall = beforeCall
    }
}

/// Finds the reasoning that led to the call with that id; nil where nobody kept it.
public typealias ReasoningRecall = @Sendable (_ callID: String) -> KeptReasoning?
