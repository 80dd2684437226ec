internal import Settings
internal import Threads

/// Identifies the caller of a token, which must be signed with one of the keys and satisfy the rules.
struct TokenVerifier: Sendable {
    /// The source of the keys.
    enum Keys: Sendable {
        /// A secret or a key set, from the settings or a file.
        case local(Reloadable<KeySet>)
        /// A key set that the issuer publishes.
        case published(PublishedKeys)
    }

    let keys: Keys
    let rules: TokenRules

    /// Whether a bearer credential has the form of a token; otherwise it is a key.
    static func isToken(_ text: String) -> Bool {
        text.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2
    }

    /// The caller that the token identifies.
    ///
    /// - Throws: ``AccessError``; `keysUnreadable` as long as the issuer's keys could not be fetched.
    func caller(of text: String) async throws(AccessError) -> Caller {
        let token: SignedToken
        do throws(TokenFault) { token = try SignedToken(parsing: text) } catch { throw .invalidToken(error) }
        let keys = await keySet(for: token)
        guard !keys.isEmpty else { throw .keysUnreadable }
        do throws(TokenFault) {
            try keys.verify(token)
            return try rules.caller(token.claims, at: Clock.system.secondsSince1970)
        } catch {
            throw .invalidToken(error)
        }
    }

    private func keySet(for token: SignedToken) async -> KeySet {
        switch keys {
        case .local(let current): return current.value
        case .published(let published):
            if published.isStale || !published.keySet.knows(token.keyID) { await published.refresh() }
            return published.keySet
        }
    }

    /// Whether the keys' file has been unreadable for longer than its grace period.
    var haveKeysExpired: Bool {
        switch keys {
        case .local(let current): current.hasExpired
        case .published: false
        }
    }

    /// Makes the next token trigger a fetch of the issuer's published keys.
    func expirePublishedKeys() {
        if case .published(let published) = keys { published.expire() }
    }
}
