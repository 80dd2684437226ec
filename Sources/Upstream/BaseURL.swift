/// The base address of an API, such as `https://api.openai.com/v1`: an origin and a prefix of all paths.
///
/// This is not a general URL parser (RFC 3986): it rejects parts that have no meaning in a base instead of dropping them.
public struct BaseURL: Hashable, Sendable {
    /// Scheme, host and port.
    public let origin: Origin
    /// The path without a slash at its end, so that `path + "/responses"` is a path; empty for the root.
    public let path: String
    /// The query of every request, such as `api-version=preview`, without the question mark; nil if there is none.
    public let query: String?

    /// Parses a base URL.
    ///
    /// - Parameters:
    ///   - text: the URL.
    ///   - mayHaveQuery: whether it may have a query.
    /// - Throws: `InvalidConfiguration` with the reason. It never quotes `text`, because a mistyped base may contain a
    ///   password.
    public init(_ text: String, mayHaveQuery: Bool = false) throws(InvalidConfiguration) {
        let (scheme, afterScheme) = try Self.splitScheme(text)
        let rest = afterScheme.prefix { !mayHaveQuery || $0 != "?" }
        let query = afterScheme.dropFirst(rest.count + 1)
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw InvalidConfiguration("a base URL must not contain spaces, control characters or non-ASCII characters")
        }
        guard !rest.utf8.contains(UInt8(ascii: "?")), !afterScheme.utf8.contains(UInt8(ascii: "#")) else {
            throw InvalidConfiguration(
                mayHaveQuery
                    ? "a base URL must not have a fragment" : "a base URL must not have a query or a fragment")
        }
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else {
            throw InvalidConfiguration("a base URL must not contain a user name or a password")
        }
        let (host, port) = try Self.splitAuthority(authority)
        origin = Origin(scheme: scheme, host: host, port: port)
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path.removeLast() }
        self.path = String(path)
        self.query = query.isEmpty ? nil : String(query)
    }

    /// The request target for a path below the base, which may have a query of its own.
    public func target(_ path: String) -> String {
        guard let query else { return self.path + path }
        return self.path + path + (path.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + query
    }

    private static func splitScheme(_ text: String) throws(InvalidConfiguration) -> (Origin.Scheme, Substring) {
        let lowercased = text.prefix(8).lowercased()
        if lowercased == "https://" { return (.https, text.dropFirst(8)) }
        if lowercased.hasPrefix("http://") { return (.http, text.dropFirst(7)) }
        throw InvalidConfiguration("a base URL must begin with https:// or http://")
    }

    private static func splitAuthority(_ authority: Substring) throws(InvalidConfiguration) -> (String, Int?) {
        let host: Substring
        let rest: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else {
                throw InvalidConfiguration("an IPv6 address must end with a bracket")
            }
            host = authority[..<end].dropFirst()
            rest = authority[end...].dropFirst()
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority.dropFirst(host.count)
        }
        guard !host.isEmpty else { throw InvalidConfiguration("a base URL must contain a host") }
        return (String(host), try port(rest))
    }

    private static func port(_ text: Substring) throws(InvalidConfiguration) -> Int? {
        guard !text.isEmpty else { return nil }
        let digits = text.dropFirst()
        guard text.first == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65535).contains(port)
        else {
            throw InvalidConfiguration("a port must be a number from 1 to 65535")
        }
        return port
    }
}
