internal import Glibc

/// Why a scoreboard cannot be kept or read: what was tried, what the system said, what to do about it.
public struct ScoreboardError: Error, Sendable, CustomStringConvertible {
    /// What was tried, on what: `write to /run/gpt-proxy`.
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
        case ENOSPC, EDQUOT: "make room on its file system"
        case EMFILE, ENFILE: "raise the limit on open files (ulimit -n)"
        default: "choose another directory"
        }
    }

    public var description: String { "cannot \(operation): \(String(cString: strerror(code))); \(remedy)" }
}
