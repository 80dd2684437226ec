internal import Crypto
internal import CryptoExtras
internal import JSON
internal import Settings

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A key that verifies the signatures of tokens. It has exactly one algorithm: the algorithm in a token's header must match
/// it and never selects another (RFC 8725, section 3.1).
struct VerificationKey: Sendable {
    private enum Material: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
        case secret(SymmetricKey)
    }

    /// The key's id in tokens (`kid`); a key without an id matches any token.
    let id: String?
    let algorithm: SigningAlgorithm
    private let material: Material

    /// A secret that the issuer shares with this program (HS256).
    ///
    /// - Throws: when it is shorter than the digest (RFC 7518, section 3.2), or could be guessed.
    init(secret: String) throws(ValueFault) {
        try SecretStrength.check(secret, atLeast: 32)
        self.init(strongSecret: Array(secret.utf8))
    }

    /// A secret that is known to be strong (HS256).
    init(strongSecret secret: [UInt8]) {
        self.init(id: nil, algorithm: .hs256, material: .secret(SymmetricKey(data: secret)))
    }

    /// Parses a key of a set (RFC 7517, section 4). Nil if the key is not for these signatures: sets also contain keys for
    /// encryption and for future algorithms. Secrets (`oct`) are rejected, because a published set is public.
    init?(_ key: Value) {
        guard key.given("use").map({ $0.isString("sig") }) ?? true,
            key.given("key_ops").map({ $0.elements.contains { $0.isString("verify") } }) ?? true,
            let (natural, material) = Self.material(of: key)
        else { return nil }
        guard let named = key.given("alg") else {
            self.init(id: key["kid"]?.string, algorithm: natural, material: material)
            return
        }
        guard let algorithm = named.string.flatMap(SigningAlgorithm.init), Self.fits(algorithm, material) else {
            return nil
        }
        self.init(id: key["kid"]?.string, algorithm: algorithm, material: material)
    }

    private init(id: String?, algorithm: SigningAlgorithm, material: Material) {
        self.id = id
        self.algorithm = algorithm
        self.material = material
    }

    /// The key's parameters, and its algorithm if it names none: Entra's keys name none and use RS256.
    private static func material(of key: Value) -> (SigningAlgorithm, Material)? {
        switch (key["kty"]?.string, key["crv"]?.string) {
        case ("RSA", nil):
            guard let modulus = key.bytes("n"), let exponent = key.bytes("e"), !RSAModulus(modulus).isFactorable,
                let rsa = try? _RSA.Signing.PublicKey(n: modulus, e: exponent)
            else { return nil }
            return (.rs256, .rsa(rsa))
        case ("EC", "P-256"):
            guard let x = key.bytes("x"), let y = key.bytes("y"),
                let point = try? P256.Signing.PublicKey(rawRepresentation: x + y)
            else { return nil }
            return (.es256, .p256(point))
        case ("EC", "P-384"):
            guard let x = key.bytes("x"), let y = key.bytes("y"),
                let point = try? P384.Signing.PublicKey(rawRepresentation: x + y)
            else { return nil }
            return (.es384, .p384(point))
        case ("OKP", "Ed25519"):
            guard let x = key.bytes("x"), let point = try? Curve25519.Signing.PublicKey(rawRepresentation: x) else {
                return nil
            }
            return (.edDSA, .ed25519(point))
        default: return nil
        }
    }

    private static func fits(_ algorithm: SigningAlgorithm, _ material: Material) -> Bool {
        switch (algorithm, material) {
        case (.rs256, .rsa), (.rs384, .rsa), (.rs512, .rsa), (.es256, .p256), (.es384, .p384), (.edDSA, .ed25519): true
        default: false
        }
    }

    /// Whether this key made the message's signature.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        switch material {
        case .rsa(let key):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return switch algorithm {
            case .rs384: key.isValidSignature(signature, for: SHA384.hash(data: message), padding: .insecurePKCS1v1_5)
            case .rs512: key.isValidSignature(signature, for: SHA512.hash(data: message), padding: .insecurePKCS1v1_5)
            default: key.isValidSignature(signature, for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
            }
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: message)
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: message)
        case .ed25519(let key):
            return key.isValidSignature(signature, for: message)
        case .secret(let key):
            return HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: message, using: key)
        }
    }
}

extension Value {
    /// The decoded bytes of a member in base64url.
    fileprivate func bytes(_ name: StaticString) -> [UInt8]? {
        self[name]?.string.flatMap { Base64URL.decode($0) }
    }
}
