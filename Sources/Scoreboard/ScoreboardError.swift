internal import Glibc

/// Why a scoreboard cannot be written or read: the operation, the system's error and a remedy.
public struct ScoreboardError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The operation that failed, such as `write /run/gpt-proxy/past.scoreboard`.
    public let operation: String
    /// The system's error number, from errno(3).
    public let code: Int32

    init(_ operation: String, _ code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    /// What the operator can do.
    public var remedy: String {
        switch code {
        case ENOENT, ENOTDIR: "create the directory"
        case EACCES, EPERM, EROFS: "choose a directory that this user may write to"
        case ENOSPC, EDQUOT: "free space on its file system"
        case EFBIG: "raise the limit on file sizes (ulimit -f)"
        case EMFILE, ENFILE: "raise the limit on open files (ulimit -n)"
        case EINVAL, EISDIR, ELOOP, ENXIO: "remove the existing file or directory"
        default: "choose another directory"
        }
    }

    /// The error in one line.
    public var description: String { "cannot \(operation): \(String(cString: strerror(code))); \(remedy)" }
}
