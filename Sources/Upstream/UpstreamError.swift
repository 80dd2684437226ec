/// Why there is no response, or only a part of it.
public struct UpstreamError: Error, Hashable, CustomStringConvertible {
    /// The kind of error.
    public enum Code: Sendable {
        /// A mistake of the caller: the request cannot be written as HTTP, for example because a header contains a line break.
        case invalidRequest
        /// The connection failed: the name does not resolve, the port is closed, the proxy refused, or the TLS handshake
        /// failed.
        case unreachable
        /// The connection failed because the limit on open files was reached.
        case noDescriptor
        /// See `Client.Configuration.connectTimeout`.
        case connectTimeout
        /// See `Client.Configuration.firstByteTimeout`.
        case firstByteTimeout
        /// See `Client.Configuration.idleTimeout`.
        case idleTimeout
        /// See `Client.Configuration.totalTimeout`.
        case totalTimeout
        /// The connection ended, or the body's framing was invalid, before the response was complete.
        case cut
        /// The response is not HTTP/1 or exceeds a limit (a head above 64 KB, a decompression bomb).
        case protocolViolation
        /// The body exceeds the caller's limit.
        case tooLarge
        /// The task or the body's consumer cancelled the request.
        case cancelled
    }

    /// The operation during which it failed.
    public enum Operation: String, Sendable {
        /// Before or while the request was sent.
        case sendRequest = "send the request"
        /// During the name lookup, TCP connection, tunnel setup or TLS handshake.
        case connect = "connect"
        /// While waiting for the response's status and headers.
        case receiveHead = "receive the response's head"
        /// After the head.
        case receiveBody = "receive the response's body"
    }

    /// The kind of error.
    public let code: Code
    /// The operation during which it failed.
    public let operation: Operation
    /// A description for people. It contains no headers and no part of a body.
    public let reason: String
    /// Whether the request may have reached upstream, so that a retry might execute it twice.
    public let requestWasSent: Bool
    /// Whether a stale connection was used, which ended before the first byte of the response: the request should be sent on a
    /// new connection.
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

    /// One line: `could not <operation>: <reason>`.
    public var description: String { "could not \(operation.rawValue): \(reason)" }
}
