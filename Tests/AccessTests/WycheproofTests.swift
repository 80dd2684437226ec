import Foundation
import JSON
import Testing

@testable import Access

/// The test vectors of Project Wycheproof in Tests/Vectors/signatures: exactly the valid signatures and tokens are accepted.
struct WycheproofTests {
    /// A test of a signature or a token, with its keys.
    private struct Vector {
        let keys: [Value]
        let fields: [Value]

        var number: Int { fields[0].integer ?? 0 }
        /// "Acceptable" signatures are in a form that only old software makes.
        var isValid: Bool { fields[1].string == "valid" }

        /// What a test of a token tests.
        var comment: String { fields[3].string ?? "" }

        func text(_ index: Int) throws -> String { try #require(fields[index].string) }
        func bytes(_ index: Int) throws -> [UInt8] { try #require(Base64URL.decode(text(index))) }

        /// The keys as an issuer publishes them.
        var published: KeySet? {
            try? KeySet(
                parsing: Array(#"{"keys":["#.utf8) + keys.map(\.text).joined(separator: [44]) + Array("]}".utf8))
        }

        /// The keys if there are secrets among them, which are configured and never published.
        var configured: KeySet? {
            get throws {
                guard let secret = keys[0]["k"]?.string else { return published }
                return KeySet(keys: [VerificationKey(strongSecret: try #require(Base64URL.decode(secret)))])
            }
        }
    }

    private func vectors(_ name: String) throws -> [Vector] {
        let folder = URL(filePath: #filePath).appending(path: "../../Vectors/signatures").standardized
        var keys: [Value] = []
        var vectors: [Vector] = []
        for line in try Data(contentsOf: folder.appending(path: "\(name).jsonl")).split(separator: UInt8(ascii: "\n")) {
            let root = try Document(parsing: Array(line)).root
            if let group = root["keys"] {
                keys = Array(group.elements)
            } else {
                vectors.append(Vector(keys: keys, fields: Array(root.elements)))
            }
        }
        return vectors
    }

    private func accepts(_ token: String, _ keys: KeySet?) -> Bool {
        (try? keys?.verify(SignedToken(parsing: token))) != nil
    }

    @Test(
        arguments: zip(
            [
                "ecdsa_secp256r1_sha256_p1363", "ecdsa_secp384r1_sha384_p1363", "ed25519", "hmac_sha256",
                "rsa_signature_2048_sha256", "rsa_signature_2048_sha384", "rsa_signature_2048_sha512",
                "rsa_signature_3072_sha256",
            ], [262, 194, 151, 84, 53, 31, 32, 31]))
    func `exactly the valid signatures are accepted`(name: String, count: Int) throws {
        let vectors = try vectors(name)
        #expect(vectors.count == count)
        for vector in vectors {
            let key = try #require(vector.configured?.keys.first)
            let accepted = try key.verifies(vector.bytes(3), of: vector.bytes(2))
            #expect(accepted == vector.isValid, "\(name) \(vector.number)")
        }
    }

    /// Two tokens have characters that are not base64url, which Wycheproof allows and RFC 7515, section 2, does not.
    @Test func `exactly the valid tokens are accepted`() throws {
        let vectors = try vectors("json_web_signature")
        #expect(vectors.count == 322)
        for vector in vectors {
            let token = try vector.text(2)
            let isValid = vector.isValid && ![372, 373].contains(vector.number)
            let accepted = try accepts(token, vector.configured)
            #expect(accepted == isValid, "\(vector.number): \(vector.comment)")
        }
    }

    /// Among them are keys that are too short, malformed, for another use, not on the curve, or factorable (ROCA). A set of
    /// secrets is refused as a whole, even where a token is valid, because a published secret is not secret.
    @Test func `key sets that are unsafe accept no token`() throws {
        let vectors = try vectors("json_web_key")
        #expect(vectors.count == 26)
        for vector in vectors {
            let isValid = vector.isValid && vector.keys.allSatisfy { $0["kty"]?.string != "oct" }
            let accepted = try accepts(vector.text(2), vector.published)
            #expect(accepted == isValid, "\(vector.number): \(vector.comment)")
        }
    }
}
