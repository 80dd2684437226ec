/// The address below which an API lives, such as `https://api.openai.com/v1`: an origin and the beginning of every path.
///
/// Not a general URL parser (RFC 3986): what has no meaning in a base is refused rather than dropped.
public struct BaseURL: Hashable, Sendable {
    /// Scheme, host and port.
    public let origin: Origin
    /// Without a slash at its end, so that `path + "/responses"` is a path; empty for the root.
    public let path: String

    /// - Throws: `InvalidConfiguration` saying what is wrong with `text`. It quotes nothing, for a mistyped base may hold
    ///   a password.
    public init(_ text: String) throws(InvalidConfiguration) {
        let (scheme, rest) = try Self.splitScheme(text)
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw InvalidConfiguration("a base URL holds no spaces, control characters or letters outside of ASCII")
        }
        guard !rest.utf8.contains(UInt8(ascii: "?")), !rest.utf8.contains(UInt8(ascii: "#")) else {
            throw InvalidConfiguration("a base URL has no query and no fragment")
        }
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else {
            throw InvalidConfiguration("a base URL holds no user name or password")
        }
        let (host, port) = try Self.splitAuthority(authority)
        origin = Origin(scheme: scheme, host: host, port: port)
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path.removeLast() }
        self.path = String(path)
    }

    private static func splitScheme(_ text: String) throws(InvalidConfiguration) -> (Origin.Scheme, Substring) {
        let lowercased = text.prefix(8).lowercased()
        if lowercased == "https://" { return (.https, text.dropFirst(8)) }
        if lowercased.hasPrefix("http://") { return (.http, text.dropFirst(7)) }
        throw InvalidConfiguration("a base URL begins with https:// or http://")
    }

    private static func splitAuthority(_ authority: Substring) throws(InvalidConfiguration) -> (String, Int?) {
        let host: Substring
        let rest: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else {
                throw InvalidConfiguration("an IPv6 address ends with a bracket")
            }
            host = authority[..<end].dropFirst()
            rest = authority[end...].dropFirst()
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority.dropFirst(host.count)
        }
        guard !host.isEmpty else { throw InvalidConfiguration("a base URL names a host") }
        return (String(host), try port(rest))
    }

    private static func port(_ text: Substring) throws(InvalidConfiguration) -> Int? {
        guard !text.isEmpty else { return nil }
        let digits = text.dropFirst()
        guard text.first == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65535).contains(port)
        else {
            throw InvalidConfiguration("a port is a number from 1 to 65535")
        }
        return port
    }
}
