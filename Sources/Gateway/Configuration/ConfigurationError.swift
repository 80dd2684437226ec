/// What keeps a configuration from being used: every fault at once, so that an operator mends them in one go.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// One fault of one key.
    public struct Fault: Sendable {
        public let key: ConfigurationKey
        /// What is wrong, with the value unless it is secret, and what is allowed instead.
        public let message: String
    }

    public let faults: [Fault]

    public var description: String {
        faults.map { "\($0.key.rawValue): \($0.message)" }.joined(separator: "\n")
    }
}
