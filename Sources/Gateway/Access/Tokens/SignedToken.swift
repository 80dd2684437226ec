internal import JSON

/// A JSON Web Token in its compact form (RFC 7515, section 3.1), taken apart. Nothing in it is believed yet.
struct SignedToken {
    /// Longer than any that fits into a web server's buffer for headers.
    private static let maximumLength = 16 << 10

    let algorithm: String
    /// The key that it says it is signed with.
    let keyID: String?
    /// What is signed.
    let message: [UInt8]
    let signature: [UInt8]
    private let payload: [UInt8]

    /// Of the header only these are looked at. Where it says that its key is (`jku`, `x5u`, `jwk`, `x5c`) is of no interest:
    /// keys are the configuration's. What must be understood (`crit`) is not, so that such a token is refused.
    init(parsing text: String) throws(TokenFault) {
        guard text.utf8.count <= Self.maximumLength else { throw .malformed }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        let fields = try Self.object(header)
        guard let algorithm = fields["alg"]?.string, fields["crit"] == nil else { throw .malformed }
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

    /// What it claims; to be asked for when the signature has been seen to be good.
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
