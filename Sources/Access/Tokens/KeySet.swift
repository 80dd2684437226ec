internal import JSON
internal import Settings

/// The keys that tokens may be signed with: a JSON Web Key Set (RFC 7517, section 5), or one secret.
struct KeySet: Sendable {
    /// The maximum size of a set in bytes, far above any real set.
    static let maximumSize = 64 << 10

    let keys: [VerificationKey]

    /// No keys: no token is valid.
    static let empty = KeySet(keys: [])

    /// The key set of a secret that the issuer shares with this program.
    static func ofSecret(_ secret: String) throws(ValueFault) -> KeySet {
        KeySet(keys: [try VerificationKey(secret: secret)])
    }

    init(keys: [VerificationKey]) {
        self.keys = keys
    }

    /// Parses a set. Keys of unsupported types are skipped.
    ///
    /// - Throws: when it is not a set, or has no supported key.
    init(parsing bytes: [UInt8]) throws(ValueFault) {
        guard bytes.count <= Self.maximumSize else { throw ValueFault("is larger than 64 KB") }
        let root: Value
        do throws(ParseError) {
            root = try Document(parsing: bytes, maximumDepth: 16).root
        } catch {
            throw ValueFault("is not JSON: \(error)")
        }
        guard let keys = root.given("keys"), keys.kind == .array else {
            throw ValueFault("is not a key set: it has no array named keys")
        }
        self.keys = keys.elements.compactMap { VerificationKey($0) }
        guard !self.keys.isEmpty else {
            throw ValueFault(
                "has no key for signatures by RS256, RS384, RS512 (of 2048 bits or more), ES256, ES384 or EdDSA")
        }
    }

    var isEmpty: Bool { keys.isEmpty }

    /// Whether one of these keys could have the key id of a token.
    func knows(_ id: String?) -> Bool {
        keys.contains { $0.mayBe(id) }
    }

    /// - Throws: when the token is not signed with a key of this set.
    func verify(_ token: SignedToken) throws(TokenFault) {
        let named = keys.filter { $0.mayBe(token.keyID) }
        guard !named.isEmpty else { throw .unknownKey }
        let fitting = named.filter { $0.algorithm.rawValue == token.algorithm }
        guard !fitting.isEmpty else { throw .algorithm }
        guard fitting.contains(where: { $0.verifies(token.signature, of: token.message) }) else { throw .signature }
    }
}

extension VerificationKey {
    fileprivate func mayBe(_ name: String?) -> Bool {
        id == nil || name == nil || id == name
    }
}
