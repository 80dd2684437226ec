/// The destination of requests: scheme, host and port (RFC 6454). A connection is only reused for the same origin.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    /// The URL scheme: http without TLS, or https.
    public enum Scheme: String, Sendable {
        /// The scheme as written in a URL.
        case http, https

        /// The scheme's default port.
        public var defaultPort: Int { self == .https ? 443 : 80 }
    }

    /// The scheme.
    public let scheme: Scheme
    /// A registered name, an IPv4 address, or an IPv6 address without brackets; in lower case.
    public let host: String
    /// The port, 1 to 65535.
    public let port: Int

    /// Creates an origin.
    ///
    /// - Parameters:
    ///   - scheme: the scheme.
    ///   - host: a name or an address without brackets; it is converted to lower case.
    ///   - port: the port; nil for the scheme's default port.
    public init(scheme: Scheme, host: String, port: Int? = nil) {
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port ?? scheme.defaultPort
    }

    /// The value of the `Host` header (RFC 9110, section 7.2), without the default port.
    public var authority: String {
        port == scheme.defaultPort ? bracketedHost : "\(bracketedHost):\(port)"
    }

    public var description: String { "\(scheme.rawValue)://\(authority)" }

    /// Whether the host is this machine: a loopback address (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3) or
    /// `localhost` (RFC 6761, section 6.3).
    public var isThisMachine: Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback = parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        return isLoopback || host == "::1" || parts.last == "localhost"
    }

    /// The host as written before a port: an IPv6 address in brackets, any other host unchanged.
    var bracketedHost: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host }
}
