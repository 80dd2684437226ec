internal import Files

/// A value of the configuration: as it was given, or as a file has it, which may change while the program runs.
enum ConfiguredValue<Content: Sendable>: Sendable {
    case value(Content)
    case file(FileReading<Content>)

    /// The value at the time of reading.
    var content: Content {
        switch self {
        case .value(let content): content
        case .file(let reading): reading.content
        }
    }

    /// The same place with another value.
    ///
    /// - Parameter transform: makes the other value of this one, now and each time the file is read again.
    func map<T>(_ transform: @escaping @Sendable (Content) -> T) -> ConfiguredValue<T> {
        switch self {
        case .value(let content): .value(transform(content))
        case .file(let reading): .file(reading.map(transform))
        }
    }
}

/// Why a value cannot be used, in words that follow its name. Holds nothing of a secret.
struct ValueFault: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
