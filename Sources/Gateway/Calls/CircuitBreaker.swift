internal import NIOCore
internal import Synchronization

/// Keeps requests away from a base that fails, as long as there are other bases.
///
/// | state     | requests                             | next state                                                      |
/// |-----------|--------------------------------------|-----------------------------------------------------------------|
/// | closed    | all                                  | open after consecutive failures or a rate limit                 |
/// | open      | none until the open duration is over | half-open with the first request after it                       |
/// | half-open | one, which tests the base            | closed after a success; open again, for longer, after a failure |
final class CircuitBreaker: Sendable {
    /// Consecutive failures that open the circuit breaker. One suffices when the host is unreachable, because every
    /// request would then wait for the connection attempt.
    private static let tolerated = 3
    private static let firstOpenDuration = Duration.seconds(5)
    private static let longestOpenDuration = Duration.seconds(60)

    fileprivate enum Phase {
        case closed(failures: Int)
        case open(until: NIODeadline)
        /// One request tests the base. If its outcome is not reported, another one is admitted after that time.
        case halfOpen(until: NIODeadline)
    }

    fileprivate struct State {
        var phase = Phase.closed(failures: 0)
        /// How long the circuit breaker stays open the next time.
        var openDuration = firstOpenDuration
    }

    private let state = Mutex(State())

    /// Whether a request may be sent to the base.
    func admits(now: NIODeadline) -> Bool {
        state.withLock { state in
            switch state.phase {
            case .closed:
                return true
            case .open(let end), .halfOpen(let end):
                guard now >= end else { return false }
                state.phase = .halfOpen(until: now + TimeAmount(state.openDuration))
                return true
            }
        }
    }

    /// - Returns: whether the circuit breaker was open or half-open.
    func succeeded() -> Bool {
        state.withLock { state in
            switch state.phase {
            case .closed(failures: 0):
                return false
            case .closed:
                state = State()
                return false
            case .open, .halfOpen:
                state = State()
                return true
            }
        }
    }

    /// - Returns: how long the failure opens the circuit breaker; nil if it does not open it.
    func failed(_ outcome: AttemptOutcome, now: NIODeadline) -> Duration? {
        state.withLock { state in
            switch (outcome.symptom, state.phase) {
            case (.none, _):
                return nil
            case (.exhausted, _):
                return state.open(
                    for: min(outcome.delay ?? Self.firstOpenDuration, Self.longestOpenDuration), now: now)
            case (.failed, .closed(let failures)) where failures + 1 < Self.tolerated:
                state.phase = .closed(failures: failures + 1)
                return nil
            case (.failed, .closed), (.unreachable, .closed), (.failed, .halfOpen), (.unreachable, .halfOpen):
                let openDuration = state.openDuration
                state.openDuration = min(openDuration * 2, Self.longestOpenDuration)
                return state.open(for: openDuration, now: now)
            case (.failed, .open), (.unreachable, .open):
                // The request was sent before the circuit breaker opened, or there was no other base.
                return nil
            }
        }
    }
}

extension CircuitBreaker.State {
    fileprivate mutating func open(for duration: Duration, now: NIODeadline) -> Duration {
        phase = .open(until: now + TimeAmount(duration))
        return duration
    }
}
