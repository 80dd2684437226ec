import Crypto
import Foundation
import JSON
import Testing

@testable import Access

/// The best practices for JSON Web Tokens (RFC 8725, section 3). The guide to Access names the test of each.
struct BestPracticesTests {
    private static let header = #"{"alg":"ES256","kid":"k"}"#
    private static let claims = #"{"iss":"https://issuer.example","aud":"proxy","sub":"ann","exp":2000}"#

    private let key = P256.Signing.PrivateKey()
    private let rules = TokenRules(
        issuer: "https://issuer.example", audience: "proxy", labelClaim: "sub", modelsClaim: "models")

    private func base64url(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private func coordinates(_ key: P256.Signing.PrivateKey) -> (x: String, y: String) {
        let point = key.publicKey.rawRepresentation
        return (base64url(point.prefix(32)), base64url(point.suffix(32)))
    }

    private var publicKey: String {
        let (x, y) = coordinates(key)
        return #"{"kty":"EC","crv":"P-256","kid":"k","x":"\#(x)","y":"\#(y)"}"#
    }

    private func keySet(_ keys: String...) throws -> KeySet {
        try KeySet(parsing: Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8))
    }

    private func token(_ header: String = header, _ claims: String = claims) throws -> String {
        try token(Array(header.utf8), Array(claims.utf8))
    }

    private func token(_ header: [UInt8], _ claims: [UInt8]) throws -> String {
        let message = "\(base64url(header)).\(base64url(claims))"
        return "\(message).\(base64url(try key.signature(for: Data(message.utf8)).rawRepresentation))"
    }

    /// Verifies a token as the program does.
    private func verify(_ token: String, _ keys: KeySet? = nil) throws -> Caller {
        let token = try SignedToken(parsing: token)
        try (keys ?? keySet(publicKey)).verify(token)
        return try rules.caller(token.claims, at: 1000)
    }

    private func fault(_ token: String) -> TokenFault? {
        do {
            _ = try verify(token)
            return nil
        } catch {
            return error as? TokenFault
        }
    }

    @Test func `a good token is accepted`() throws {
        #expect(try verify(token()).label == "jwt:ann")
    }

    // Section 3.1
    @Test(arguments: ["RS256", "ES384", "HS256", "EdDSA", "none", "es256", ""])
    func `a key verifies only signatures of its own algorithm`(algorithm: String) throws {
        let header = #"{"alg":"\#(algorithm)","kid":"k"}"#
        #expect(try fault(token(header)) == .algorithm)
        let message = "\(base64url(header.utf8)).\(base64url(Self.claims.utf8))"
        #expect(fault("\(message).") == .algorithm)
        // The public key as the secret of a code: the confusion of algorithms.
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(message.utf8), using: SymmetricKey(data: key.publicKey.rawRepresentation))
        #expect(fault("\(message).\(base64url(Data(code)))") == .algorithm)
    }

    // Section 3.2
    @Test(arguments: ["none", "RS1", "PS256", "ES512", "ES256K", "RSA-OAEP", "HS256"])
    func `a key for another algorithm is not used`(algorithm: String) throws {
        let (x, y) = coordinates(key)
        #expect(throws: (any Error).self) {
            try keySet(#"{"kty":"EC","crv":"P-256","alg":"\#(algorithm)","x":"\#(x)","y":"\#(y)"}"#)
        }
    }

    // Section 3.3
    @Test func `a token with one wrong character is refused`() throws {
        let token = try token()
        for index in token.indices where token[index] != "." {
            for other in ["A", "B"] where token[index...].first != other.first {
                let forged = token[..<index] + other + token[token.index(after: index)...]
                #expect(fault(String(forged)) != nil)
            }
        }
    }

    // Section 3.3
    @Test func `a token within a token is refused`() throws {
        let nested = try token(#"{"alg":"ES256","kid":"k","cty":"JWT"}"#, token())
        #expect(fault(nested) == .malformed)
    }

    // Section 3.4
    @Test func `a point that is not on the curve is not a key`() throws {
        let (x, y) = coordinates(key)
        for (x, y) in [(x, x), (y, x), (x, String(y.dropLast(2))), (x, "")] {
            #expect(throws: (any Error).self) { try keySet(#"{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#) }
        }
    }

    // Section 3.6
    @Test func `an encrypted token is refused`() throws {
        #expect(try fault(token() + ".AAAA.AAAA") == .malformed)
        #expect(!TokenVerifier.isToken(try token() + ".AAAA.AAAA"))
    }

    // Section 3.7
    @Test func `a header or claims that are not UTF-8 are refused`() throws {
        let latin1 = Array(Self.claims.utf8.map { $0 == UInt8(ascii: "x") ? 0xE4 : $0 })
        let utf16: [UInt8] = Self.claims.utf8.flatMap { [$0, 0] as [UInt8] }
        #expect(try fault(token(Array(Self.header.utf8), latin1)) == .malformed)
        #expect(try fault(token(Array(Self.header.utf8), utf16)) == .malformed)
        #expect(
            try fault(token(Array(Self.header.utf8.map { $0 == UInt8(ascii: "k") ? 0xFF : $0 }), latin1)) == .malformed)
    }

    // Section 3.7
    @Test func `a name that occurs twice makes a token invalid`() throws {
        #expect(try fault(token(#"{"alg":"ES256","kid":"k","alg":"ES256"}"#)) == .malformed)
        #expect(try fault(token(Self.header, Self.claims.dropLast() + #","sub":"bob"}"#)) == .malformed)
    }

    // Section 3.8
    @Test(arguments: [
        #""iss":"https://issuer.example/""#, #""iss":["https://issuer.example"]"#, #""iss":null"#, #""x":1"#,
    ])
    func `a token of another issuer is refused`(claim: String) throws {
        #expect(try fault(token(Self.header, #"{\#(claim),"aud":"proxy","sub":"ann","exp":2000}"#)) == .issuer)
    }

    // Section 3.8
    @Test(arguments: [#""sub":"""#, #""sub":1"#, #""sub":null"#, #""x":1"#])
    func `a token without a subject is refused`(claim: String) throws {
        let claims = #"{"iss":"https://issuer.example","aud":"proxy",\#(claim),"exp":2000}"#
        #expect(try fault(token(Self.header, claims)) == .claims)
    }

    // Section 3.9
    @Test(arguments: [#""aud":"proxy2""#, #""aud":["a","b"]"#, #""aud":[["proxy"]]"#, #""aud":"a proxy""#, #""x":1"#])
    func `a token for another audience is refused`(claim: String) throws {
        let claims = #"{"iss":"https://issuer.example",\#(claim),"sub":"ann","exp":2000}"#
        #expect(try fault(token(Self.header, claims)) == .audience)
    }

    // Section 3.10
    @Test func `a key that the token brings along is ignored`() throws {
        let other = P256.Signing.PrivateKey()
        let (x, y) = coordinates(other)
        let brought = #""jwk":{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"},"jku":"https://a.example/k","x5u":"x""#
        let message = "\(base64url(#"{"alg":"ES256","kid":"k",\#(brought)}"#.utf8)).\(base64url(Self.claims.utf8))"
        let signature = try other.signature(for: Data(message.utf8)).rawRepresentation
        #expect(fault("\(message).\(base64url(signature))") == .signature)
    }

    // Section 3.10
    @Test(arguments: ["k2", "../../dev/null", "k' OR '1'='1", "K", ""])
    func `a key id is only compared`(id: String) throws {
        #expect(try fault(token(#"{"alg":"ES256","kid":"\#(id)"}"#)) == .unknownKey)
    }

    // Section 3.11
    @Test(arguments: ["logout+jwt", "secevent+jwt", "dpop+jwt", "id+jwt", "JOSE", ""])
    func `a token of another type is refused`(type: String) throws {
        #expect(try fault(token(#"{"alg":"ES256","kid":"k","typ":"\#(type)"}"#)) == .type)
    }

    // Section 3.11
    @Test(arguments: ["JWT", "at+jwt", "application/at+JWT"])
    func `an access token may name its type`(type: String) throws {
        #expect(try fault(token(#"{"alg":"ES256","kid":"k","typ":"\#(type)"}"#)) == nil)
    }

    // Section 3.12
    @Test(arguments: ["ID", "Refresh", "Offline", "Logout"])
    func `a token of the same issuer that is not an access token is refused`(type: String) throws {
        #expect(try fault(token(Self.header, Self.claims.dropLast() + #","typ":"\#(type)"}"#)) == .type)
    }

    // RFC 7515, section 4.1.11
    @Test func `a token with a critical extension is refused`() throws {
        #expect(try fault(token(#"{"alg":"ES256","kid":"k","crit":["exp"],"exp":1}"#)) == .malformed)
    }
}
