public import Files

/// A value of the configuration: from the settings, or from a file that may change while the program runs.
public enum ConfiguredValue<Content: Sendable>: Sendable {
    /// A value from the settings.
    case value(Content)
    /// A value from a file, with its content when the configuration was read.
    case file(FileReading<Content>)

    /// The value when the configuration was read.
    public var content: Content {
        switch self {
        case .value(let content): content
        case .file(let reading): reading.content
        }
    }

    /// The same source with a converted value.
    ///
    /// - Parameter transform: converts the value, now and after each reload of the file.
    public func map<T>(_ transform: @escaping @Sendable (Content) -> T) -> ConfiguredValue<T> {
        switch self {
        case .value(let content): .value(transform(content))
        case .file(let reading): .file(reading.map(transform))
        }
    }
}

/// The reason why a value is invalid, as a clause that follows the setting's name. Contains no part of a secret.
public struct ValueFault: Error, Sendable, CustomStringConvertible {
    public let description: String

    /// - Parameter description: a clause that follows the setting's name.
    public init(_ description: String) {
        self.description = description
    }
}
