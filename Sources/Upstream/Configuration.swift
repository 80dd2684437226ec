extension Client {
    /// How a client connects, its timeouts, and how it keeps idle connections.
    public struct Configuration: Sendable {
        /// The time limit for establishing a connection: name lookup, TCP, a proxy's tunnel and the TLS handshake together.
        public var connectTimeout: Duration
        /// The time limit from when the last byte of the request has been passed to the connection until the response head is
        /// complete.
        public var firstByteTimeout: Duration
        /// How long upstream may neither send bytes in the middle of the response body nor accept bytes in the middle of the
        /// request body. Time during which the consumer has paused does not count.
        public var idleTimeout: Duration
        /// The time limit from `send` to the end of the body, including a second attempt on a new connection.
        /// `ResponseBody.liftTotalTimeout` exempts a body from it.
        public var totalTimeout: Duration
        /// Certificate authorities that are trusted in addition to the system's, until ``Client/trust(_:)`` replaces them.
        public var authorities: Authorities?
        /// The proxy through which every connection, http or https, is tunnelled with CONNECT; nil for direct connections.
        public var proxy: Proxy?
        /// The maximum number of idle connections of each event loop, for all origins together.
        public var maximumIdleConnections: Int
        /// How long an idle connection is kept. It should be shorter than upstream's own limit; otherwise upstream often closes
        /// a connection just as a request is sent on it.
        public var keepTime: Duration
        /// The maximum age at which a connection serves new requests, less a random part of up to a fifth. An older connection
        /// is closed as soon as it is idle, so that a changed address is used even if connections are never idle for long.
        public var maximumAge: Duration

        /// Creates a configuration with the gateway's defaults for OpenAI: 10 minutes for a response, 5 minutes without any
        /// byte. All durations must be greater than zero.
        public init(
            connectTimeout: Duration = .seconds(10),
            firstByteTimeout: Duration = .seconds(600),
            idleTimeout: Duration = .seconds(300),
            totalTimeout: Duration = .seconds(600),
            authorities: Authorities? = nil,
            proxy: Proxy? = nil,
            maximumIdleConnections: Int = 256,
            keepTime: Duration = .seconds(60),
            maximumAge: Duration = .seconds(120)
        ) {
            self.connectTimeout = connectTimeout
            self.firstByteTimeout = firstByteTimeout
            self.idleTimeout = idleTimeout
            self.totalTimeout = totalTimeout
            self.authorities = authorities
            self.proxy = proxy
            self.maximumIdleConnections = maximumIdleConnections
            self.keepTime = keepTime
            self.maximumAge = maximumAge
        }
    }

    /// An HTTP proxy that supports CONNECT (RFC 9110, section 9.3.6) and requires no password.
    public struct Proxy: Sendable {
        /// A name or an IP address, without brackets.
        public var host: String
        /// The port, 1 to 65535.
        public var port: Int

        /// Creates a proxy's address. It is first contacted when a connection is needed.
        ///
        /// - Parameters:
        ///   - host: a name or an IP address, without brackets.
        ///   - port: the port, 1 to 65535.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }
}

/// A setting has an invalid value. The reason is meant for the operator.
public struct InvalidConfiguration: Error, Hashable, CustomStringConvertible {
    /// What is wrong, as text that follows the name of the setting. It never quotes a value that may be secret.
    public let reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    public var description: String { reason }
}
