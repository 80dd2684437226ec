import Testing

@testable import Access

struct SecretStrengthTests {
    @Test(arguments: [
        "x", "changeme", "0123456789abcde", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abababababababababababababababab",
    ])
    func `a shared key that could be guessed is refused`(key: String) {
        #expect(throws: (any Error).self) { try KeyDigest.ofSharedKey(key) }
    }

    @Test func `a random key is accepted`() throws {
        #expect(try KeyDigest.ofSharedKey("0123456789abcdef") == KeyDigest(of: "0123456789abcdef"))
    }

    @Test(arguments: ["0123456789abcdef0123456789abcde", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"])
    func `a token secret that could be guessed is refused`(secret: String) {
        #expect(throws: (any Error).self) { try KeySet.ofSecret(secret) }
    }
}
