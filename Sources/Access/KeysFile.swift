internal import Files

/// The keys file on disk (`PROXY_KEYS_FILE`).
public struct KeysFile: Sendable {
    /// The maximum size of the file, in bytes: some hundred thousand keys.
    static let sizeLimit = 16 << 20

    let path: String

    /// Refers to a file, which may be missing. Each operation reads it.
    ///
    /// - Parameter path: the file's path; it may be a link.
    public init(path: String) {
        self.path = path
    }

    /// - Throws: ``FileError`` if the file cannot be read, ``KeysFileFault`` if it is invalid.
    func read() throws -> KeyRing {
        try KeyRing(parsing: FileContents(of: path, limit: Self.sizeLimit).bytes)
    }
}
