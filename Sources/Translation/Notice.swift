/// One difference between the client's request and the upstream request, and the reason for it.
public struct Notice: Sendable, Equatable {
    /// What can happen to a field.
    public enum Kind: String, Sendable, CaseIterable {
        /// Left out.
        case dropped
        /// Sent with another value.
        case adjusted
        /// Not sent; the proxy does it instead.
        case emulated
        /// Changed so that upstream accepts the conversation.
        case repaired
        /// Sent unchanged, although upstream is known to reject it.
        case warned
    }

    /// What happened to the field.
    public let kind: Kind

    /// The field of the client's request, as a path.
    public let field: String

    /// The reason, as a clause that follows the field's name.
    public let reason: String
}
