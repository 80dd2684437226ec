import Testing

@testable import Access
@testable import Gateway

struct AccessErrorTests {
    @Test func `a caller whose key cannot be read is asked to come back`() {
        let error = HTTPError(AccessError.keysUnreadable)
        #expect(error.status == 503)
        #expect(error.headers.contains { $0.name == "Retry-After" })
    }

    @Test func `the response does not reveal what is wrong with a key or a token`() {
        let unknown = HTTPError(AccessError.invalidKey)
        let expired = HTTPError(AccessError.invalidToken(.expired))
        #expect(unknown.status == 401 && expired.status == 401)
        #expect(unknown.body(.openAI) == expired.body(.openAI))
        #expect(unknown.reason == "invalid_key" && expired.reason == "token_expired")
    }
}
