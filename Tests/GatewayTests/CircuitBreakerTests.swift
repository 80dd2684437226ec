import NIOCore
import Testing

@testable import Gateway

struct CircuitBreakerTests {
    private let start = NIODeadline.uptimeNanoseconds(0)
    private let circuitBreaker = CircuitBreaker()

    private func outcome(_ symptom: AttemptOutcome.Symptom, delay: Duration? = nil) -> AttemptOutcome {
        var outcome = AttemptOutcome(CancellationError())
        outcome.symptom = symptom
        outcome.delay = delay
        return outcome
    }

    @Test func `three consecutive failures open the circuit, two do not`() {
        for _ in 1...2 { #expect(circuitBreaker.failed(outcome(.failed), now: start) == nil) }
        #expect(circuitBreaker.admits(now: start))
        #expect(circuitBreaker.succeeded() == false)
        for _ in 1...2 { #expect(circuitBreaker.failed(outcome(.failed), now: start) == nil) }
        #expect(circuitBreaker.failed(outcome(.failed), now: start) == .seconds(5))
        #expect(!circuitBreaker.admits(now: start + .milliseconds(4999)))
    }

    @Test func `an open circuit becomes half-open and admits one probe`() {
        #expect(circuitBreaker.failed(outcome(.unreachable), now: start) == .seconds(5))
        let later = start + .seconds(5)
        #expect(circuitBreaker.admits(now: later))
        #expect(!circuitBreaker.admits(now: later))
        #expect(circuitBreaker.succeeded())
        #expect(circuitBreaker.admits(now: later))
    }

    @Test func `each open period is twice as long as the last, up to a minute`() {
        var now = start
        for seconds in [5, 10, 20, 40, 60, 60] {
            #expect(circuitBreaker.failed(outcome(.unreachable), now: now) == .seconds(seconds))
            now = now + .seconds(Int64(seconds))
            #expect(circuitBreaker.admits(now: now))
        }
    }

    @Test func `a probe without an outcome is followed by another`() {
        _ = circuitBreaker.failed(outcome(.unreachable), now: start)
        #expect(circuitBreaker.admits(now: start + .seconds(5)))
        #expect(!circuitBreaker.admits(now: start + .seconds(14)))
        #expect(circuitBreaker.admits(now: start + .seconds(15)))
    }

    @Test func `failures while the circuit is open do not extend the open period`() {
        _ = circuitBreaker.failed(outcome(.unreachable), now: start)
        for _ in 1...9 { #expect(circuitBreaker.failed(outcome(.failed), now: start + .seconds(4)) == nil) }
        #expect(circuitBreaker.admits(now: start + .seconds(5)))
    }

    @Test func `the circuit stays open for the delay that the base asks for, up to a minute`() {
        #expect(circuitBreaker.failed(outcome(.exhausted, delay: .seconds(7)), now: start) == .seconds(7))
        #expect(!circuitBreaker.admits(now: start + .seconds(6)))
        #expect(circuitBreaker.admits(now: start + .seconds(7)))
        #expect(circuitBreaker.failed(outcome(.exhausted, delay: .seconds(7000)), now: start) == .seconds(60))
    }

    @Test func `outcomes without a symptom do not open the circuit`() {
        for _ in 1...9 { #expect(circuitBreaker.failed(outcome(.none), now: start) == nil) }
        #expect(circuitBreaker.admits(now: start))
    }
}
