internal import CGI

/// Decides who the caller is, by the key in `X-API-KEY` or `Authorization: Bearer`.
///
/// Where both are there, both must name the same caller. A header that the web server has joined of several does not match.
struct Authenticator: Sendable {
    /// The one key that needs no file (`PROXY_API_KEY`).
    private let key: KeyDigest?
    private let store: KeyStore?

    init(key: String?, store: KeyStore?) {
        self.key = key.map { KeyDigest(of: $0) }
        self.store = store
    }

    /// The caller; nil when the request does not show that it is one.
    func caller(of request: CGI.Request) -> Caller? {
        var presented: [String] = []
        if let header = request.header("x-api-key") { presented.append(header) }
        if let header = request.header("authorization") {
            guard let token = Self.bearerToken(header) else { return nil }
            presented.append(token)
        }
        let callers = presented.map { caller(ofKey: $0) }
        guard let first = callers.first, callers.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    private func caller(ofKey key: String) -> Caller? {
        let digest = KeyDigest(of: key)
        if digest == self.key { return Caller(label: "default") }
        return store?.caller(of: digest)
    }

    /// RFC 6750, section 2.1; the scheme's name in any case (RFC 9110, section 11.1).
    private static func bearerToken(_ header: String) -> String? {
        let scheme = "bearer ".utf8
        let start = header.utf8.prefix(scheme.count)
        guard start.elementsEqual(scheme, by: { $0 == $1 || $0 | 0x20 == $1 }) else { return nil }
        return String(header[start.endIndex...])
    }
}
