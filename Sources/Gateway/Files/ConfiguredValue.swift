internal import Files

/// A value of the configuration: from the settings, or from a file that may change while the program runs.
enum ConfiguredValue<Content: Sendable>: Sendable {
    case value(Content)
    case file(FileReading<Content>)

    /// The value when the configuration was read.
    var content: Content {
        switch self {
        case .value(let content): content
        case .file(let reading): reading.content
        }
    }

    /// The same source with a converted value.
    ///
    /// - Parameter transform: converts the value, now and after each reload of the file.
    func map<T>(_ transform: @escaping @Sendable (Content) -> T) -> ConfiguredValue<T> {
        switch self {
        case .value(let content): .value(transform(content))
        case .file(let reading): .file(reading.map(transform))
        }
    }
}

/// The reason why a value is invalid, as a clause that follows the setting's name. Contains no part of a secret.
struct ValueFault: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
