internal import Files

/// A file of keys on disk (`PROXY_KEYS_FILE`).
public struct KeysFile: Sendable {
    /// How many bytes it may have: some hundred thousand keys.
    static let sizeLimit = 16 << 20

    let path: String

    /// Names a file, which need not be there yet. It is read when it is asked for something.
    ///
    /// - Parameter path: where it is; it may be a link.
    public init(path: String) {
        self.path = path
    }

    /// - Throws: ``FileError`` when it cannot be read, ``KeysFileFault`` when there is a fault in it.
    func read() throws -> KeyRing {
        try KeyRing(parsing: FileContents(of: path, limit: Self.sizeLimit).bytes)
    }
}
