/// A file, and the function that parses its bytes.
public struct FileSource<Content: Sendable>: Sendable {
    /// The file's path.
    public let path: String
    private let limit: Int
    private let parse: @Sendable ([UInt8]) throws -> Content

    /// Creates a source. Does not read the file.
    ///
    /// - Parameters:
    ///   - path: the file's path.
    ///   - limit: the maximum size of the file, in bytes.
    ///   - parse: parses the file's bytes. Its errors describe what is wrong with them.
    public init(_ path: String, limit: Int, parse: @escaping @Sendable ([UInt8]) throws -> Content) {
        self.path = path
        self.limit = limit
        self.parse = parse
    }

    /// Returns a source for the same file with another value.
    ///
    /// - Parameter transform: converts the value. Its errors describe what is wrong with the file.
    func map<T>(_ transform: @escaping @Sendable (Content) throws -> T) -> FileSource<T> {
        FileSource<T>(path, limit: limit) { [parse] in try transform(parse($0)) }
    }

    /// Reads the file. Blocks as long as the file system does.
    ///
    /// - Throws: ``FileError`` if the file cannot be read; otherwise the error that `parse` throws.
    func read() throws -> FileReading<Content> {
        let contents = try FileContents(of: path, limit: limit)
        return FileReading(source: self, version: contents.version, content: try parse(contents.bytes))
    }

    /// Reads the file for the first time, at a point where the program cannot continue without it.
    ///
    /// - Parameter seconds: how long to wait for the file system.
    /// - Returns: the file's value and version.
    /// - Throws: ``FileError`` if the file cannot be read in that time; otherwise the error that `parse` throws.
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

/// The value of a file when it was read, with the file's version.
public struct FileReading<Content: Sendable>: Sendable {
    let source: FileSource<Content>
    let version: FileVersion
    /// The parsed value.
    public let content: Content

    /// Returns the same reading with another value.
    ///
    /// - Parameter transform: converts the value, now and each time the file is read again.
    /// - Returns: the reading with the converted value.
    /// - Throws: the error that `transform` throws.
    public func map<T>(_ transform: @escaping @Sendable (Content) throws -> T) rethrows -> FileReading<T> {
        FileReading<T>(source: source.map(transform), version: version, content: try transform(content))
    }
}
