/// Why there is no response, or not all of it.
public struct UpstreamError: Error, Hashable, CustomStringConvertible {
    /// What to match.
    public enum Code: Sendable {
        /// Our own misuse: a request that cannot be written as HTTP, such as a line break in a header field.
        case invalidRequest
        /// No connection: the name does not resolve, the port is closed, the proxy refuses, TLS does not come about.
        case unreachable
        /// No connection, because this process has as many descriptors open as it may.
        case noDescriptor
        /// See `Client.Configuration.connectTimeout`.
        case connectTimeout
        /// See `Client.Configuration.firstByteTimeout`.
        case firstByteTimeout
        /// See `Client.Configuration.idleTimeout`.
        case idleTimeout
        /// See `Client.Configuration.totalTimeout`.
        case totalTimeout
        /// The connection ended, or its framing broke, before the response was complete.
        case cut
        /// What came is not HTTP/1, or more of it than is accepted (a head above 64 KB, a decompression bomb).
        case protocolViolation
        /// The body is longer than the caller collects.
        case tooLarge
        /// The task was cancelled, or the body's consumer gave up.
        case cancelled
    }

    /// What was going on when it failed.
    public enum Operation: String, Sendable {
        /// Before and while the request was written.
        case sendRequest = "send the request"
        /// While the name was looked up, the connection made, the tunnel opened or TLS agreed on.
        case connect = "connect"
        /// While the response's status and headers were waited for.
        case receiveHead = "receive the response's head"
        /// After the head.
        case receiveBody = "receive the response's body"
    }

    /// What went wrong.
    public let code: Code
    /// What was going on then.
    public let operation: Operation
    /// For people. Holds no header field and nothing of a body.
    public let reason: String
    /// Whether the request may have reached upstream, and with it whether sending it again may do its work twice.
    public let requestWasSent: Bool
    /// Whether the connection had been idle and ended before a byte of the response: upstream had closed it. The request can be
    /// sent again on a new connection.
    public let connectionWasStale: Bool

    init(
        _ code: Code, _ operation: Operation, _ reason: String, requestWasSent: Bool, connectionWasStale: Bool = false
    ) {
        self.code = code
        self.operation = operation
        self.reason = reason
        self.requestWasSent = requestWasSent
        self.connectionWasStale = connectionWasStale
    }

    public var description: String { "could not \(operation.rawValue): \(reason)" }
}
