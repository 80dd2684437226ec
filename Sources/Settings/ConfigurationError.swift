/// All errors of a configuration at once, so that an operator can fix them together.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// One error of one setting.
    public struct Fault: Sendable {
        /// The setting.
        public let key: ConfigurationKey
        /// The setting's name in the environment, with the number of the base if each base has its own.
        public let name: String
        /// What is wrong, with the value unless it is secret, and which values are allowed.
        public let message: String
    }

    /// The errors, in the order in which the settings are read; at least one.
    public let faults: [Fault]

    /// - Parameter faults: at least one.
    public init(faults: [Fault]) {
        self.faults = faults
    }

    public var description: String {
        faults.map { "\($0.name): \($0.message)" }.joined(separator: "\n")
    }
}
