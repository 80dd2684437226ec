/// Lookups of a name have begun to fail or have recovered; reported to the operator.
public enum LookupChange: Sendable {
    /// A lookup failed after earlier success; the addresses from the last answer are used.
    ///
    /// - Parameters:
    ///   - host: the name.
    ///   - reason: why the lookup failed, as described by the system.
    ///   - answerAge: the age of the last answer.
    case failing(host: String, reason: String, answerAge: Duration)
    /// The name can be looked up again.
    ///
    /// - Parameter host: the name.
    case recovered(host: String)
}
