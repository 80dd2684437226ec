internal import Glibc
internal import Threads

/// Why a listener or a server could not start: what was tried, what the system said, what to do about it.
public struct StartError: Error, Sendable, CustomStringConvertible {
    /// What was tried, on what: `listen on unix:/run/gpt-proxy.sock`.
    public let operation: String

    /// The system's error number, from errno(3); 0 when the fault was seen without asking the system.
    public let code: Int32

    /// The fault in words; the system's own where there is a `code`.
    public let reason: String

    /// What the operator can do.
    public let remedy: String

    init(_ operation: String, code: Int32, remedy: String) {
        self.operation = operation
        self.code = code
        self.reason = String(cString: strerror(code))
        self.remedy = remedy
    }

    init(_ operation: String, reason: String, remedy: String) {
        self.operation = operation
        self.code = 0
        self.reason = reason
        self.remedy = remedy
    }

    init(_ error: ThreadError) {
        self.init("start a thread", code: error.code, remedy: "raise the limit on threads (ulimit -u, TasksMax)")
    }

    public var description: String { "cannot \(operation): \(reason); \(remedy)" }
}
