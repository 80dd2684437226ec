internal import CGI
internal import Files

/// Decides who the caller is, by the key or token in `X-API-KEY` or `Authorization: Bearer`.
///
/// Where both are there, both must name the same caller. A header that the web server has joined of several does not match.
struct Authenticator: Sendable {
    /// The one key that needs no file (`PROXY_API_KEY`).
    let key: Reloadable<KeyDigest>?
    /// Callers' own keys (`PROXY_KEYS_FILE`).
    let keys: WatchedFile<KeyRing>?
    let tokens: TokenVerifier?

    /// The caller.
    ///
    /// - Throws: always the same answer when the request does not show who it is; only the log says why. Another one when it
    ///   shows a key that was good until its file became unreadable (``HTTPError/keysUnreadable``).
    func caller(of request: CGI.Request) async throws(HTTPError) -> Caller {
        var presented: [String] = []
        if let header = request.header("x-api-key") { presented.append(header) }
        if let header = request.header("authorization") {
            guard let token = Self.bearerToken(header) else { throw .unauthorized() }
            if presented.first != token { presented.append(token) }
        }
        var caller: Caller?
        for credential in presented {
            let named = try await self.caller(named: credential)
            guard caller == nil || caller == named else { throw .unauthorized() }
            caller = named
        }
        guard let caller else { throw .unauthorized() }
        return caller
    }

    /// Has the keys that issuers publish fetched when the next token comes.
    func expirePublishedKeys() {
        tokens?.expirePublishedKeys()
    }

    private func caller(named credential: String) async throws(HTTPError) -> Caller {
        let digest = KeyDigest(of: credential)
        if let key, digest == key.value {
            guard !key.hasExpired else { throw .keysUnreadable }
            return Caller(label: "default")
        }
        if let keys, let caller = keys.content.caller(of: digest) {
            guard !keys.hasExpired else { throw .keysUnreadable }
            return caller
        }
        guard let tokens, TokenVerifier.isToken(credential) else { throw .unauthorized() }
        let caller: Caller
        do throws(TokenFault) {
            caller = try await tokens.caller(of: credential)
        } catch {
            throw .unauthorized(error.rawValue)
        }
        guard !tokens.haveKeysExpired else { throw .keysUnreadable }
        return caller
    }

    /// RFC 6750, section 2.1; the scheme's name in any case (RFC 9110, section 11.1).
    private static func bearerToken(_ header: String) -> String? {
        let scheme = "bearer ".utf8
        let start = header.utf8.prefix(scheme.count)
        guard start.elementsEqual(scheme, by: { $0 == $1 || $0 | 0x20 == $1 }) else { return nil }
        return String(header[start.endIndex...])
    }
}
