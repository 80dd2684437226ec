/// A file, and how its bytes become a value.
public struct FileSource<Content: Sendable>: Sendable {
    /// Where it is.
    public let path: String
    private let limit: Int
    private let parse: @Sendable ([UInt8]) throws -> Content

    /// - Parameters:
    ///   - path: where it is.
    ///   - limit: how many bytes it may have.
    ///   - parse: makes the value of the file's bytes. What it throws says what is wrong with them.
    public init(_ path: String, limit: Int, parse: @escaping @Sendable ([UInt8]) throws -> Content) {
        self.path = path
        self.limit = limit
        self.parse = parse
    }

    /// The same file with another value.
    ///
    /// - Parameter transform: makes the other value of this one. What it throws says what is wrong with the file.
    func map<T>(_ transform: @escaping @Sendable (Content) throws -> T) -> FileSource<T> {
        FileSource<T>(path, limit: limit) { [parse] in try transform(parse($0)) }
    }

    /// Reads the file. Blocks for as long as the file system does.
    ///
    /// - Throws: ``FileError`` if the file cannot be read, else what parsing it throws.
    func read() throws -> FileReading<Content> {
        let contents = try FileContents(of: path, limit: limit)
        return FileReading(source: self, version: contents.version, content: try parse(contents.bytes))
    }

    /// Reads the file for the first time, when the program cannot go on without it.
    ///
    /// - Parameter seconds: how long to wait for the file system.
    /// - Throws: ``FileError`` if the file cannot be read in that time, else what parsing it throws.
    public func read(withinSeconds seconds: Double) throws -> FileReading<Content> {
        let outcome = TimeLimit.run(seconds: seconds) { Result { try self.read() } }
        guard let outcome else {
            throw FileError(
                "read \(path)", reason: "it did not answer within \(Int(seconds.rounded())) s",
                remedy: "see whether the server of its mount can be reached")
        }
        return try outcome.get()
    }
}

/// What a file said when it was read, and which version of it.
public struct FileReading<Content: Sendable>: Sendable {
    let source: FileSource<Content>
    let version: FileVersion
    /// What was made of its bytes.
    public let content: Content

    /// The same reading with another value.
    ///
    /// - Parameter transform: makes the other value of this one, now and each time the file is read again.
    /// - Throws: what `transform` throws.
    public func map<T>(_ transform: @escaping @Sendable (Content) throws -> T) rethrows -> FileReading<T> {
        FileReading<T>(source: source.map(transform), version: version, content: try transform(content))
    }
}
