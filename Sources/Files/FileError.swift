internal import Glibc

/// Why a file cannot be read or changed: what was tried, what prevents it, and what to do about it.
public struct FileError: Error, Sendable, CustomStringConvertible {
    /// What was tried, on what: `read /etc/gpt-proxy/keys`.
    public let operation: String

    /// What prevents it, in words.
    public let reason: String

    /// What the operator can do.
    public let remedy: String

    init(_ operation: String, reason: String, remedy: String) {
        self.operation = operation
        self.reason = reason
        self.remedy = remedy
    }

    /// - Parameter code: the system's error number, from errno(3).
    init(_ operation: String, code: Int32, remedy: String? = nil) {
        self.init(operation, reason: String(cString: strerror(code)), remedy: remedy ?? Self.remedy(code))
    }

    private static func remedy(_ code: Int32) -> String {
        switch code {
        case ENOENT, ENOTDIR: "create it, or name another path"
        case EACCES, EPERM: "give this user the right to it, or run as another user"
        case EROFS: "make its file system writable, or use another one"
        case ENOSPC, EDQUOT: "make room on its file system"
        case EMFILE, ENFILE: "raise the limit on open files (ulimit -n)"
        default: "see whether its file system is in order"
        }
    }

    public var description: String { "cannot \(operation): \(reason); \(remedy)" }
}
