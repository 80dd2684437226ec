internal import Glibc

/// The bytes of a file, and the version of the file that they belong to.
public struct FileContents: Sendable {
    /// All bytes of the file.
    public let bytes: [UInt8]
    /// The version of the file when these bytes were read.
    public let version: FileVersion

    /// How many times to try to read a file that changes while it is read, and the pause between attempts, in microseconds.
    private static let (attempts, pause) = (3, UInt32(10_000))

    /// Reads a regular file. Blocks as long as the file system does.
    ///
    /// - Parameters:
    ///   - path: the file, or a link to it.
    ///   - limit: the maximum size in bytes. A larger file is not read.
    /// - Throws: ``FileError`` if it cannot be read, is not a regular file, is too large, or keeps changing.
    public init(of path: String, limit: Int) throws(FileError) {
        // Check the kind before opening: opening a pipe may block, and opening a device may trigger an action.
        try Self.checkKind(of: path, limit: limit)
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("read \(path)", code: errno) }
        defer { close(descriptor) }
        self = try Self.read(descriptor, path, limit: limit)
    }

    /// Throws if the path leads to anything other than a regular file of at most `limit` bytes. Does not throw if there is no
    /// file.
    static func checkKind(of path: String, limit: Int) throws(FileError) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        try check(status, limit: limit, "read \(path)")
    }

    /// Reads an open regular file from its beginning. Repeats this until its version is the same before and after reading.
    static func read(_ descriptor: Int32, _ path: String, limit: Int) throws(FileError) -> FileContents {
        let operation = "read \(path)"
        for attempt in 0..<attempts {
            if attempt > 0 { usleep(pause) }
            var (before, after) = (stat(), stat())
            guard fstat(descriptor, &before) == 0 else { throw FileError(operation, code: errno) }
            try check(before, limit: limit, operation)
            let bytes = try readBytes(descriptor, expecting: before.st_size, limit: limit, operation)
            guard fstat(descriptor, &after) == 0 else { throw FileError(operation, code: errno) }
            let version = FileVersion(after)
            if version == FileVersion(before) { return FileContents(bytes: bytes, version: version) }
        }
        throw FileError(
            operation, reason: "it keeps changing while it is read",
            remedy: "replace it by renaming a finished file over it")
    }

    private init(bytes: [UInt8], version: FileVersion) {
        self.bytes = bytes
        self.version = version
    }

    private static func check(_ status: stat, limit: Int, _ operation: String) throws(FileError) {
        let kind: String? =
            switch status.st_mode & S_IFMT {
            case S_IFREG: nil
            case S_IFDIR: "it is a directory"
            case S_IFIFO: "it is a pipe"
            case S_IFSOCK: "it is a socket"
            default: "it is a device"
            }
        if let kind { throw FileError(operation, reason: kind, remedy: "name a regular file") }
        try check(size: status.st_size, limit: limit, operation)
    }

    static func check(size: Int, limit: Int, _ operation: String) throws(FileError) {
        guard size > limit else { return }
        let text =
            switch limit {
            case let limit where limit % (1 << 20) == 0: "\(limit >> 20) MB"
            case let limit where limit % (1 << 10) == 0: "\(limit >> 10) KB"
            default: "\(limit) bytes"
            }
        throw FileError(
            operation, reason: "it is larger than \(text)",
            remedy: "name the right file, or remove content that it does not need")
    }

    /// Reads to the end of the file, which may be beyond the reported size: a file may grow, and files in /proc report the size
    /// 0.
    private static func readBytes(
        _ descriptor: Int32, expecting size: Int, limit: Int, _ operation: String
    ) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + 1)
        var piece = [UInt8](repeating: 0, count: min(max(size + 1, 4096), 1 << 16))
        while true {
            let count = piece.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, off_t(bytes.count))
            }
            guard count != 0 else { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw FileError(operation, code: errno)
            }
            bytes += piece[..<count]
            try check(size: bytes.count, limit: limit, operation)
        }
    }
}
