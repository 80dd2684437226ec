internal import Synchronization

/// Rests a base that fails, as long as there are others: its requests go elsewhere, and from time to time one finds out
/// whether it is well again.
final class CircuitBreaker: Sendable {
    /// How many failures in a row are no accident. One is enough where nobody is there, which costs every request time.
    private static let tolerated = 3
    private static let firstRest = Duration.seconds(5)
    private static let longestRest = Duration.seconds(60)

    fileprivate enum Phase {
        case well(failures: Int)
        case resting(until: ContinuousClock.Instant)
        /// One request is out to see. Should it never come back, the next goes out after that time.
        case probing(until: ContinuousClock.Instant)
    }

    fileprivate struct State {
        var phase = Phase.well(failures: 0)
        /// How long the next rest is.
        var rest = firstRest
    }

    private let state = Mutex(State())

    /// Whether a request may go there.
    func admits(now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            switch state.phase {
            case .well:
                return true
            case .resting(let end), .probing(let end):
                guard now >= end else { return false }
                state.phase = .probing(until: now + state.rest)
                return true
            }
        }
    }

    /// - Returns: whether the base had been resting.
    func succeeded() -> Bool {
        state.withLock { state in
            switch state.phase {
            case .well(failures: 0):
                return false
            case .well:
                state = State()
                return false
            case .resting, .probing:
                state = State()
                return true
            }
        }
    }

    /// - Returns: how long the base rests on account of this; nil if it does not.
    func failed(_ outcome: AttemptOutcome, now: ContinuousClock.Instant = .now) -> Duration? {
        state.withLock { state in
            switch (outcome.symptom, state.phase) {
            case (.none, _):
                return nil
            case (.exhausted, _):
                return state.beginRest(of: min(outcome.delay ?? Self.firstRest, Self.longestRest), now: now)
            case (.failed, .well(let failures)) where failures + 1 < Self.tolerated:
                state.phase = .well(failures: failures + 1)
                return nil
            case (.failed, .well), (.unreachable, .well), (.failed, .probing), (.unreachable, .probing):
                let rest = state.rest
                state.rest = min(rest * 2, Self.longestRest)
                return state.beginRest(of: rest, now: now)
            case (.failed, .resting), (.unreachable, .resting):
                // It was under way when the rest began, or there was no other base to go to.
                return nil
            }
        }
    }
}

extension CircuitBreaker.State {
    fileprivate mutating func beginRest(of duration: Duration, now: ContinuousClock.Instant) -> Duration {
        phase = .resting(until: now + duration)
        return duration
    }
}
