internal import Glibc
internal import Threads

/// Why a listener or a server could not start: the operation, the system's error, and a remedy.
public struct StartError: Error, Sendable, CustomStringConvertible {
    /// The operation that failed, with its object: `listen on unix:/run/gpt-proxy.sock`.
    public let operation: String

    /// The system's error number, from errno(3); 0 if the error was found without a system call.
    public let code: Int32

    /// A description of the error; the system's description if there is a `code`.
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

    /// One line: `cannot <operation>: <reason>; <remedy>`.
    public var description: String { "cannot \(operation): \(reason); \(remedy)" }
}
