internal import JSON

/// A JSON Web Token in compact form (RFC 7515, section 3.1), split into its parts. Its content is not verified yet.
struct SignedToken {
    /// The maximum length in bytes, more than fits into a web server's buffer for headers.
    private static let maximumLength = 16 << 10

    let algorithm: String
    /// The id of the key that the token claims to be signed with.
    let keyID: String?
    /// The signed bytes.
    let message: [UInt8]
    let signature: [UInt8]
    private let payload: [UInt8]

    /// Only `alg`, `kid` and `crit` are read from the header. `jku`, `x5u`, `jwk` and `x5c` are ignored: keys come from the
    /// configuration. A token with `crit` is rejected, because no critical extension is supported.
    init(parsing text: String) throws(TokenFault) {
        guard text.utf8.count <= Self.maximumLength else { throw .malformed }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        let fields = try Self.object(header)
        guard let algorithm = fields["alg"]?.string, fields["crit"] == nil else { throw .malformed }
        guard Self.isAccessToken(fields["typ"]) else { throw .type }
        if let id = fields["kid"] {
            guard let id = id.string else { throw .malformed }
            keyID = id
        } else {
            keyID = nil
        }
        self.algorithm = algorithm
        message = Array(text.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        self.signature = signature
        self.payload = payload
    }

    /// Whether a type (RFC 7515, section 4.1.9) is that of an access token (RFC 9068, section 2.1) or the general one.
    private static func isAccessToken(_ type: Value?) -> Bool {
        guard let type else { return true }
        return ["jwt", "application/jwt", "at+jwt", "application/at+jwt"].contains(type.string?.lowercased())
    }

    /// The claims; valid only after the signature has been verified.
    var claims: Value {
        get throws(TokenFault) { try Self.object(payload) }
    }

    private static func object(_ bytes: [UInt8]) throws(TokenFault) -> Value {
        guard let root = try? Document(parsing: bytes, maximumDepth: 16).root, root.kind == .object,
            root.duplicateMember == nil
        else { throw .malformed }
        return root
    }
}
