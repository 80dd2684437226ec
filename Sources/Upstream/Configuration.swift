extension Client {
    /// How a client connects, how long it waits and what it keeps.
    public struct Configuration: Sendable {
        /// From the first name lookup until bytes of HTTP may flow: TCP, a proxy's tunnel and the TLS handshake together.
        public var connectTimeout: Duration
        /// From the moment the connection has taken the last byte of the request until the response's head is complete.
        public var firstByteTimeout: Duration
        /// Upstream's silence in the middle of a body, its own or the request's that it takes. A paused consumer is not
        /// upstream's silence and is not counted.
        public var idleTimeout: Duration
        /// From `send` to the end of the body, a second try on a fresh connection included. A body may be exempted by
        /// `ResponseBody.liftTotalTimeout`.
        public var totalTimeout: Duration
        /// Certificate authorities that are trusted beside the system's, until ``Client/trust(_:)`` names others.
        public var authorities: Authorities?
        /// The proxy that every connection is tunnelled through with CONNECT, http as well as https; none by default.
        public var proxy: Proxy?
        /// How many idle connections each event loop keeps, all origins together.
        public var keptConnections: Int
        /// How long an idle connection is kept. Shorter than upstream's own limit, or many requests meet its close.
        public var keepTime: Duration
        /// How long a connection serves new requests: up to a fifth less than this. Then it is closed as soon as it is idle, so
        /// that a changed address is followed also where no connection is ever idle for long.
        public var maximumAge: Duration

        /// How the gateway asks OpenAI: ten minutes for a reply, five for a silence. All times must be more than nothing.
        public init(
            connectTimeout: Duration = .seconds(10),
            firstByteTimeout: Duration = .seconds(600),
            idleTimeout: Duration = .seconds(300),
            totalTimeout: Duration = .seconds(600),
            authorities: Authorities? = nil,
            proxy: Proxy? = nil,
            keptConnections: Int = 256,
            keepTime: Duration = .seconds(60),
            maximumAge: Duration = .seconds(120)
        ) {
            self.connectTimeout = connectTimeout
            self.firstByteTimeout = firstByteTimeout
            self.idleTimeout = idleTimeout
            self.totalTimeout = totalTimeout
            self.authorities = authorities
            self.proxy = proxy
            self.keptConnections = keptConnections
            self.keepTime = keepTime
            self.maximumAge = maximumAge
        }
    }

    /// An HTTP proxy that understands CONNECT (RFC 9110, section 9.3.6) and asks for no password.
    public struct Proxy: Sendable {
        /// A name or an IP address, without brackets.
        public var host: String
        /// 1 … 65535.
        public var port: Int

        /// A proxy at an address; it is first asked when a connection is needed.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }
}

/// A value that the client cannot work with. The reason is made for the person who wrote the configuration.
public struct InvalidConfiguration: Error, Hashable, CustomStringConvertible {
    /// What is wrong, in words that follow the name of the setting. Quotes nothing that may be secret.
    public let reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    public var description: String { reason }
}
