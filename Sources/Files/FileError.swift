internal import Glibc

/// Why a file cannot be read or changed: the operation, the reason and a remedy.
public struct FileError: Error, Sendable, CustomStringConvertible {
    /// The operation that failed, with its object: `read /etc/gpt-proxy/keys`.
    public let operation: String

    /// A description of the error.
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
        case EACCES, EPERM: "give this user access to it, or run as another user"
        case EROFS: "make its file system writable, or use another one"
        case ENOSPC, EDQUOT: "free space on its file system"
        case EMFILE, ENFILE: "raise the limit on open files (ulimit -n)"
        default: "check its file system"
        }
    }

    /// One line: `cannot <operation>: <reason>; <remedy>`.
    public var description: String { "cannot \(operation): \(reason); \(remedy)" }
}
