public import CGI
internal import Files
internal import Settings
internal import Threads

/// Identifies the caller by the key or token in `X-API-KEY` or `Authorization: Bearer`.
///
/// If both headers are present, both must identify the same caller. A header that the web server has joined from several
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
        var presented: [String] = []
        if let header = request.header("x-api-key") { presented.append(header) }
        if let header = request.header("authorization") {
            guard let token = Self.bearerToken(header) else { throw .invalidKey }
            if presented.first != token { presented.append(token) }
        }
        var caller: Caller?
        for credential in presented {
            let named = try await self.caller(named: credential)
            guard caller == nil || caller == named else { throw .invalidKey }
            caller = named
        }
        guard let caller else { throw .invalidKey }
        return caller
    }

    /// Makes the next token trigger a fetch of the issuer's published keys.
    public func expirePublishedKeys() {
        tokens?.expirePublishedKeys()
    }

    private func caller(named credential: String) async throws(AccessError) -> Caller {
        let digest = KeyDigest(of: credential)
        if let key, digest == key.value {
            guard !key.hasExpired else { throw .keysUnreadable }
            return Caller(identity: .sharedKey, label: "default")
        }
        if let keys, let caller = keys.content.caller(of: digest, at: Clock.system.secondsSince1970) {
            guard !keys.hasExpired else { throw .keysUnreadable }
            return caller
        }
        guard let tokens, TokenVerifier.isToken(credential) else { throw .invalidKey }
        let caller = try await tokens.caller(of: credential)
        guard !tokens.haveKeysExpired else { throw .keysUnreadable }
        return caller
    }

    /// RFC 6750, section 2.1; the scheme's name is case-insensitive (RFC 9110, section 11.1).
    private static func bearerToken(_ header: String) -> String? {
        let scheme = "bearer ".utf8
        let start = header.utf8.prefix(scheme.count)
        guard start.elementsEqual(scheme, by: { $0 == $1 || $0 | 0x20 == $1 }) else { return nil }
        return String(header[start.endIndex...])
    }
}
