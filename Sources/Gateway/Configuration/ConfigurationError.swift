/// What keeps a configuration from being used: every fault at once, so that an operator mends them in one go.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// One fault of one key.
    public struct Fault: Sendable {
        /// Which setting it is about.
        public let key: ConfigurationKey
        /// The key's name as it stands in the environment, with the number of the base if it is one base's.
        public let name: String
        /// What is wrong, with the value unless it is secret, and what is allowed instead.
        public let message: String
    }

    /// In the order in which the settings are read; at least one.
    public let faults: [Fault]

    public var description: String {
        faults.map { "\($0.name): \($0.message)" }.joined(separator: "\n")
    }
}
