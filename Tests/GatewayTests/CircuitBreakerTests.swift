import Testing

@testable import Gateway

struct CircuitTests {
    private let start = ContinuousClock.now
    private let circuitBreaker = CircuitBreaker()

    private func outcome(_ symptom: AttemptOutcome.Symptom, delay: Duration? = nil) -> AttemptOutcome {
        var outcome = AttemptOutcome(CancellationError())
        outcome.symptom = symptom
        outcome.delay = delay
        return outcome
    }

    @Test func `two failures are an accident, three in a row are not`() {
        for _ in 1...2 { #expect(circuitBreaker.failed(outcome(.failed), now: start) == nil) }
        #expect(circuitBreaker.admits(now: start))
        #expect(circuitBreaker.succeeded() == false)
        for _ in 1...2 { #expect(circuitBreaker.failed(outcome(.failed), now: start) == nil) }
        #expect(circuitBreaker.failed(outcome(.failed), now: start) == .seconds(5))
        #expect(!circuitBreaker.admits(now: start + .milliseconds(4999)))
    }

    @Test func `after the rest one request finds out`() {
        #expect(circuitBreaker.failed(outcome(.unreachable), now: start) == .seconds(5))
        let later = start + .seconds(5)
        #expect(circuitBreaker.admits(now: later))
        #expect(!circuitBreaker.admits(now: later))
        #expect(circuitBreaker.succeeded())
        #expect(circuitBreaker.admits(now: later))
    }

    @Test func `each rest is twice as long, up to a minute`() {
        var now = start
        for seconds in [5, 10, 20, 40, 60, 60] {
            #expect(circuitBreaker.failed(outcome(.unreachable), now: now) == .seconds(seconds))
            now += .seconds(seconds)
            #expect(circuitBreaker.admits(now: now))
        }
    }

    @Test func `a probe of which nothing is heard is not the last`() {
        _ = circuitBreaker.failed(outcome(.unreachable), now: start)
        #expect(circuitBreaker.admits(now: start + .seconds(5)))
        #expect(!circuitBreaker.admits(now: start + .seconds(14)))
        #expect(circuitBreaker.admits(now: start + .seconds(15)))
    }

    @Test func `late news do not make a rest longer`() {
        _ = circuitBreaker.failed(outcome(.unreachable), now: start)
        for _ in 1...9 { #expect(circuitBreaker.failed(outcome(.failed), now: start + .seconds(4)) == nil) }
        #expect(circuitBreaker.admits(now: start + .seconds(5)))
    }

    @Test func `a base that asks for a rest gets it`() {
        #expect(circuitBreaker.failed(outcome(.exhausted, delay: .seconds(7)), now: start) == .seconds(7))
        #expect(!circuitBreaker.admits(now: start + .seconds(6)))
        #expect(circuitBreaker.admits(now: start + .seconds(7)))
        #expect(circuitBreaker.failed(outcome(.exhausted, delay: .seconds(7000)), now: start) == .seconds(60))
    }

    @Test func `what is not the base's outcome is not held against it`() {
        for _ in 1...9 { #expect(circuitBreaker.failed(outcome(.none), now: start) == nil) }
        #expect(circuitBreaker.admits(now: start))
    }
}
