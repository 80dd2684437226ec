/// What a model thought before it called a tool, sealed by upstream: it goes on from there when it gets the result, but only
/// if it gets its thoughts back too, of which Chat Completions' clients know nothing.
public struct KeptReasoning: Sendable, Equatable {
    /// The call that the reasoning led to, as the client knows it.
    public let callID: String

    /// The reasoning items in JSON, as they go back into the input.
    public let items: [[UInt8]]

    /// Whether the model said something between the reasoning and the call.
    public let precedesText: Bool

    public init(callID: String, items: [[UInt8]], precedesText: Bool) {
        self.callID = callID
        self.items = items
        self.precedesText = precedesText
    }
}

/// Finds the reasoning that led to the call with that id; nil where nobody kept it.
public typealias ReasoningRecall = (_ callID: String) -> KeptReasoning?
