/// A value of the configuration: as it was given, or as a file has it, which may change while the program runs.
enum Provided<Content: Sendable>: Sendable {
    case value(Content)
    case file(FileReading<Content>)

    /// The value at the time of reading.
    var content: Content {
        switch self {
        case .value(let content): content
        case .file(let reading): reading.content
        }
    }

    /// What is made of it.
    func map<T>(_ transform: (Content) -> T) -> Provided<T> {
        switch self {
        case .value(let content): .value(transform(content))
        case .file(let reading): .file(reading.map(transform))
        }
    }
}

/// What a file said, and in which version.
struct FileReading<Content: Sendable>: Sendable {
    let path: String
    let version: FileVersion?
    let content: Content

    /// - Parameter read: reads the file of a path.
    init<Fault: Error>(_ path: String, _ read: (String) throws(Fault) -> Content) throws(Fault) {
        self.path = path
        // Before the content: a change in between is then seen as one.
        version = FileVersion(of: path)
        content = try read(path)
    }

    private init(_ path: String, _ version: FileVersion?, _ content: Content) {
        self.path = path
        self.version = version
        self.content = content
    }

    func map<T>(_ transform: (Content) -> T) -> FileReading<T> {
        FileReading<T>(path, version, transform(content))
    }
}

/// Why a value cannot be used, in words that follow its name. Holds nothing of a secret.
struct ValueFault: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
