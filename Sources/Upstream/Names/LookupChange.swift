/// A change in how lookups of a name end, which the operator should hear about.
public enum LookupChange: Sendable {
    /// The name cannot be looked up any more, and the addresses that the last answer gave are used.
    ///
    /// - Parameters:
    ///   - host: the name.
    ///   - reason: why the lookup failed, in the system's words.
    ///   - answerAge: how old the last answer is.
    case failing(host: String, reason: String, answerAge: Duration)
    /// The name can be looked up again.
    ///
    /// - Parameter host: the name.
    case recovered(host: String)
}
