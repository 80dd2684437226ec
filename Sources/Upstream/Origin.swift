/// Where requests go: scheme, host and port (RFC 6454). Connections are kept per origin.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    /// How requests travel: in the clear, or in TLS.
    public enum Scheme: String, Sendable {
        /// The scheme as it stands in an address.
        case http, https

        /// The port that an authority leaves out.
        public var defaultPort: Int { self == .https ? 443 : 80 }
    }

    /// Whether there is TLS.
    public let scheme: Scheme
    /// A registered name, an IPv4 address, or an IPv6 address without its brackets; in lower case.
    public let host: String
    /// 1 … 65535.
    public let port: Int

    /// An origin. The host is taken in lower case, and without a port it is the scheme's own.
    public init(scheme: Scheme, host: String, port: Int? = nil) {
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port ?? scheme.defaultPort
    }

    /// What the `Host` field says (RFC 9110, section 7.2): the default port is left out.
    public var authority: String {
        port == scheme.defaultPort ? bracketedHost : "\(bracketedHost):\(port)"
    }

    public var description: String { "\(scheme.rawValue)://\(authority)" }

    /// The host as it stands in front of a colon: an IPv6 address needs brackets there.
    var bracketedHost: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host }
}
