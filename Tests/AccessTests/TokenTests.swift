import Foundation
import JSON
import Testing

@testable import Access

struct TokenTests {
    private let rules = TokenRules(issuer: "i", audience: "a", labelClaim: "sub", modelsClaim: "models")

    private func caller(_ claims: String, at now: Double = 1000) throws -> Caller {
        try rules.caller(Document(parsing: Array(claims.utf8)).root, at: now)
    }

    /// RFC 7519, section 2: seconds, with an optional fraction. The leeway for clock skew is one minute.
    @Test(arguments: [
        (1000 - 60.0, true), (1000 - 60.5, false), (1000 + 1.0, true), (1e15, true),
    ])
    func `a token is valid until one minute after its expiry`(expiry: Double, isGood: Bool) throws {
        let claims = #"{"iss":"i","aud":"a","sub":"x","exp":\#(expiry + 0.25)}"#
        if isGood {
            #expect(try caller(claims).label == "jwt:x")
        } else {
            #expect(throws: TokenFault.expired) { try caller(claims) }
        }
    }

    @Test(arguments: [(1060, true), (1061, false)])
    func `a token is valid from one minute before its start`(start: Int, isGood: Bool) throws {
        let claims = #"{"iss":"i","aud":["b","a"],"sub":"x","exp":5000,"nbf":\#(start)}"#
        if isGood {
            #expect(try caller(claims).label == "jwt:x")
        } else {
            #expect(throws: TokenFault.notYetValid) { try caller(claims) }
        }
    }

    @Test(arguments: ["", "x", "A", "====", "AAA=", "AA==", "AA A", "A+AA", "A/AA", "AA\n", "\u{e4}AAA"])
    func `invalid base64url is rejected`(text: String) {
        #expect(Base64URL.decode(text)?.count == (text.isEmpty ? 0 : nil))
    }

    @Test(arguments: 0..<70)
    func `base64url of any length is decoded`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 250 &+ $0 &* 37) }
        let text = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=", with: "")
        #expect(Base64URL.decode(text) == bytes)
    }

    /// RFC 7515, appendix A.3, and RFC 8037, appendix A.
    @Test(arguments: [
        (
            #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
                + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
            "eyJhbGciOiJFUzI1NiJ9"
                + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
                + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        ),
        (
            #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
                + ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        ),
    ])
    func `the signatures of the RFC examples are verified`(key: String, text: String) throws {
        let keys = try KeySet(parsing: Array(#"{"keys":[\#(key)]}"#.utf8))
        try keys.verify(SignedToken(parsing: text))
        let other = text.dropLast(6) + "AAAAAA"
        #expect(throws: TokenFault.signature) { try keys.verify(SignedToken(parsing: String(other))) }
    }

    @Test func `keys are fetched at most once a minute and are stale after an hour`() {
        var pace = RefreshPace()
        let start = ContinuousClock.now
        #expect(pace.isStale(at: start))
        let allowed = [0, 59, 60, 61, 119, 120].map { pace.mayRefresh(at: start + .seconds($0)) }
        #expect(allowed == [true, false, true, false, false, true])
        #expect(!pace.isStale(at: start + .seconds(120 + 3599)))
        #expect(pace.isStale(at: start + .seconds(120 + 3600)))
    }
}
