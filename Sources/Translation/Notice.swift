/// One thing that the upstream request does not carry as the client said it, and why.
public struct Notice: Sendable, Equatable {
    /// What became of a field.
    public enum Kind: String, Sendable, CaseIterable {
        /// Left out.
        case dropped
        /// Sent with another value.
        case adjusted
        /// Not sent, and done here instead.
        case emulated
        /// Put right, so that upstream accepts the conversation.
        case repaired
        /// Sent as it is, though upstream is known to refuse it.
        case warned
    }

    /// What became of it.
    public let kind: Kind

    /// The field of the client's request, as a path.
    public let field: String

    /// Why, in a clause that follows the field's name.
    public let reason: String
}
