public import CGI
internal import Files
internal import Settings
internal import Threads

/// Identifies the caller by the key or token in `X-API-KEY`, `Authorization: Bearer`, or `api-key`, which Azure's clients send.
///
/// If several of these headers are present, all must identify the same caller. A header that the web server has joined from several
/// does not match.
public struct Authenticator: Sendable {
    /// The shared key (`PROXY_API_KEY`).
    let key: Reloadable<KeyDigest>?
    /// Callers' own keys (`PROXY_KEYS_FILE`).
    let keys: WatchedFile<KeyRing>?
    let tokens: TokenVerifier?

    /// Identifies the caller.
    ///
    /// - Throws: ``AccessError``.
    public func caller(of request: CGI.Request) async throws(AccessError) -> Caller {
        let presented = try Self.credentials(of: request)
        let caller = try await self.caller(named: presented[0])
        for credential in presented.dropFirst() {
            guard try await self.caller(named: credential) == caller else { throw .invalidKey }
        }
        return caller
    }

    /// The request's keys and tokens: at least one, without duplicates.
    @inline(never)  // See Architecture, "Memory per stream".
    private static func credentials(of request: CGI.Request) throws(AccessError) -> [String] {
        var credentials: [String] = []
        func add(_ credential: String) { if !credentials.contains(credential) { credentials.append(credential) } }
        if let header = request.header("x-api-key") { add(header) }
        if let header = request.header("authorization") {
            guard let token = bearerToken(header) else { throw .invalidKey }
            add(token)
        }
        if let header = request.header("api-key") { add(header) }
        guard !credentials.isEmpty else { throw .invalidKey }
        return credentials
    }

    /// Makes the next token trigger a fetch of the issuer's published keys.
    public func expirePublishedKeys() {
        tokens?.expirePublishedKeys()
    }

    private func caller(named credential: String) async throws(AccessError) -> Caller {
        if let caller = try self.caller(withKey: credential) { return caller }
        guard let tokens, TokenVerifier.isToken(credential) else { throw .invalidKey }
        let caller = try await tokens.caller(of: credential)
        guard !tokens.haveKeysExpired else { throw .keysUnreadable }
        return caller
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func caller(withKey credential: String) throws(AccessError) -> Caller? {
        let digest = KeyDigest(of: credential)
        if let key, digest == key.value {
            guard !key.hasExpired else { throw .keysUnreadable }
            return Caller(identity: .sharedKey, label: "default")
        }
        if let keys, let caller = keys.content.caller(of: digest, at: Clock.system.secondsSince1970) {
            guard !keys.hasExpired else { throw .keysUnreadable }
            return caller
        }
        return nil
    }

    /// RFC 6750, section 2.1; the scheme's name is case-insensitive (RFC 9110, section 11.1).
    private static func bearerToken(_ header: String) -> String? {
        let scheme = "bearer ".utf8
        let start = header.utf8.prefix(scheme.count)
        guard start.elementsEqual(scheme, by: { $0 == $1 || $0 | 0x20 == $1 }) else { return nil }
        return String(header[start.endIndex...])
    }
}
