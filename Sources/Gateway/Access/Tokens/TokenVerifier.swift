/// Decides whose a token is: signed with one of the keys, and with the claims that the rules ask for.
struct TokenVerifier: Sendable {
    /// Where the keys come from.
    enum Keys: Sendable {
        /// A secret, or a set in a file.
        case local(Reloadable<KeySet>)
        /// A set that the issuer publishes.
        case published(PublishedKeys)
    }

    let keys: Keys
    let rules: TokenRules

    /// Whether a bearer's text can be a token at all; else it is a key.
    static func isToken(_ text: String) -> Bool {
        text.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2
    }

    /// The caller that the token is about.
    func caller(of text: String) async throws(TokenFault) -> Caller {
        let token = try SignedToken(parsing: text)
        try await keySet(for: token).verify(token)
        return try rules.caller(token.claims, at: Timestamp.secondsSince1970())
    }

    private func keySet(for token: SignedToken) async -> KeySet {
        switch keys {
        case .local(let current): return current.value
        case .published(let published):
            if published.isStale || !published.keySet.knows(token.keyID) { await published.refresh() }
            return published.keySet
        }
    }

    /// Whether the file that the keys stand in has been unreadable for longer than its grace.
    var haveKeysExpired: Bool {
        switch keys {
        case .local(let current): current.hasExpired
        case .published: false
        }
    }

    /// Has the keys that an issuer publishes fetched when the next token comes.
    func expirePublishedKeys() {
        if case .published(let published) = keys { published.expire() }
    }
}
