import Testing

@testable import Gateway

struct CircuitTests {
    private let start = ContinuousClock.now
    private let circuit = Circuit()

    private func outcome(_ symptom: AttemptOutcome.Symptom, delay: Duration? = nil) -> AttemptOutcome {
        var outcome = AttemptOutcome(CancellationError())
        outcome.symptom = symptom
        outcome.delay = delay
        return outcome
    }

    @Test func `two failures are an accident, three in a row are not`() {
        for _ in 1...2 { #expect(circuit.failed(outcome(.failed), now: start) == nil) }
        #expect(circuit.admits(now: start))
        #expect(circuit.succeeded() == false)
        for _ in 1...2 { #expect(circuit.failed(outcome(.failed), now: start) == nil) }
        #expect(circuit.failed(outcome(.failed), now: start) == .seconds(5))
        #expect(!circuit.admits(now: start + .milliseconds(4999)))
    }

    @Test func `after the rest one request finds out`() {
        #expect(circuit.failed(outcome(.unreachable), now: start) == .seconds(5))
        let later = start + .seconds(5)
        #expect(circuit.admits(now: later))
        #expect(!circuit.admits(now: later))
        #expect(circuit.succeeded())
        #expect(circuit.admits(now: later))
    }

    @Test func `each rest is twice as long, up to a minute`() {
        var now = start
        for seconds in [5, 10, 20, 40, 60, 60] {
            #expect(circuit.failed(outcome(.unreachable), now: now) == .seconds(seconds))
            now += .seconds(seconds)
            #expect(circuit.admits(now: now))
        }
    }

    @Test func `a probe of which nothing is heard is not the last`() {
        _ = circuit.failed(outcome(.unreachable), now: start)
        #expect(circuit.admits(now: start + .seconds(5)))
        #expect(!circuit.admits(now: start + .seconds(14)))
        #expect(circuit.admits(now: start + .seconds(15)))
    }

    @Test func `late news do not make a rest longer`() {
        _ = circuit.failed(outcome(.unreachable), now: start)
        for _ in 1...9 { #expect(circuit.failed(outcome(.failed), now: start + .seconds(4)) == nil) }
        #expect(circuit.admits(now: start + .seconds(5)))
    }

    @Test func `a base that asks for a rest gets it`() {
        #expect(circuit.failed(outcome(.exhausted, delay: .seconds(7)), now: start) == .seconds(7))
        #expect(!circuit.admits(now: start + .seconds(6)))
        #expect(circuit.admits(now: start + .seconds(7)))
        #expect(circuit.failed(outcome(.exhausted, delay: .seconds(7000)), now: start) == .seconds(60))
    }

    @Test func `what is not the base's outcome is not held against it`() {
        for _ in 1...9 { #expect(circuit.failed(outcome(.none), now: start) == nil) }
        #expect(circuit.admits(now: start))
    }
}
