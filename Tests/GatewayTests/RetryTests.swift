import NIOCore
import Testing

@testable import Gateway

struct RetryTests {
    // MARK: Budget

    @Test func `the budget is a fifth of the requests plus ten a second`() {
        let start = NIODeadline.uptimeNanoseconds(0)
        let budget = RetryBudget()
        var saved = 0
        while budget.withdraw(now: start) { saved += 1 }
        #expect(saved == 100)
        for _ in 1...50 { budget.deposit() }
        let earned = (1...50).count { _ in budget.withdraw(now: start) }
        #expect((9...10).contains(earned))
        let ofTime = (1...50).count { _ in budget.withdraw(now: start + .seconds(1)) }
        #expect((9...11).contains(ofTime))
    }

    @Test func `the saved budget is capped`() {
        let start = NIODeadline.uptimeNanoseconds(0)
        let budget = RetryBudget()
        for _ in 1...10_000 { budget.deposit() }
        #expect((1...1000).count { _ in budget.withdraw(now: start + .seconds(3600)) } == 100)
    }

    // MARK: Delays

    @Test(arguments: [(0, 125...250), (1, 250...500), (2, 500...1000), (9, 4000...8000)])
    func `each backoff is about twice the one before`(retry: Int, milliseconds: ClosedRange<Int>) throws {
        let delays = try (1...50).map { _ in try #require(Backoff.delay(retry: retry, asked: nil)).milliseconds }
        #expect(delays.allSatisfy(milliseconds.contains))
        #expect(Set(delays).count > 1)
    }

    @Test func `the delay that upstream asks for is the minimum, up to a limit`() throws {
        for _ in 1...50 {
            let delay = try #require(Backoff.delay(retry: 0, asked: .seconds(20)))
            #expect((20_000...22_000).contains(delay.milliseconds))
        }
        #expect(Backoff.delay(retry: 0, asked: .seconds(61)) == nil)
    }

    // MARK: Advice

    @Test(arguments: [
        (["retry-after": "7"], 7000), (["retry-after": "0.5"], 500), (["retry-after-ms": "1500"], 1500),
        (["retry-after-ms": "20", "retry-after": "7"], 20), (["retry-after": "soon"], nil),
        (["retry-after": "-1"], nil), (["retry-after": "0"], nil), (["retry-after": "nan"], nil),
        (["retry-after": "1e300"], nil), (["retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"], nil), ([:], nil),
    ])
    func `headers that give the delay`(headers: [String: String], milliseconds: Int?) {
        #expect(RetryAdvice { headers[$0] }.delay?.milliseconds == milliseconds)
    }

    @Test func `a date gives the delay`() throws {
        let delay = try #require(RetryAdvice { $0 == "retry-after" ? "Fri, 01 Jan 2044 00:00:00 GMT" : nil }.delay)
        #expect(delay > .seconds(3600))
    }

    @Test(arguments: [
        (503, nil, "{}", AttemptOutcome.Remedy.retry), (400, nil, "{}", .none), (401, nil, "{}", .otherBase),
        (429, nil, "{}", .retry), (429, nil, #"{"error":{"code":"insufficient_quota"}}"#, .otherBase),
        (503, "false", "{}", .none), (400, "true", "{}", .retry), (501, nil, "{}", .none), (302, nil, "", .none),
    ])
    func `which upstream error responses are retried`(
        status: Int, advice: String?, body: String, remedy: AttemptOutcome.Remedy
    ) {
        let refusal = UpstreamErrorResponse(
            status: status, headers: [], body: Array(body.utf8),
            advice: RetryAdvice { $0 == "x-should-retry" ? advice : nil })
        #expect(AttemptOutcome(refusal).remedy == remedy)
    }
}
