internal import Files
internal import Logging
internal import NIOCore
internal import Upstream

/// The bases, in the operator's order, with their shared health state. One per process.
final class UpstreamPool: Sendable {
    struct Base: Sendable {
        let requests: UpstreamRequests
        /// Nil for a single base, which gets all requests whatever its state.
        let circuitBreaker: CircuitBreaker?
    }

    let client: Client
    let bases: [Base]
    let budget = RetryBudget()
    /// The maximum number of retries of one request; first attempts at further bases do not count.
    let maximumRetries: Int
    /// The maximum duration of a request with all its attempts.
    let timeout: TimeAmount
    private let log: Logger

    init(_ configuration: Configuration, _ client: Client, _ files: FileWatch) {
        self.client = client
        let bases = configuration.bases
        self.bases = bases.map {
            Base(requests: UpstreamRequests($0, files), circuitBreaker: bases.count > 1 ? CircuitBreaker() : nil)
        }
        maximumRetries = configuration.retries
        timeout = TimeAmount(configuration.upstreamTimeout)
        log = configuration.log
    }

    /// Removes the operator's keys from texts that clients get.
    var redaction: Redaction {
        let redactions = bases.map(\.requests.redaction)
        return redactions.count == 1 ? redactions[0] : Redaction(joining: redactions)
    }

    func note(successOf base: Int) {
        guard bases[base].circuitBreaker?.succeeded() == true else { return }
        log.notice("upstream base recovered", metadata: ["base": "\(bases[base].requests.origin)"])
    }

    func note(_ outcome: AttemptOutcome, of base: Int, now: NIODeadline) {
        guard let openDuration = bases[base].circuitBreaker?.failed(outcome, now: now) else { return }
        log.warning(
            "upstream base's circuit breaker opened",
            metadata: ["base": "\(bases[base].requests.origin)", "seconds": "\(openDuration.components.seconds)"])
    }
}

extension UpstreamPool {
    /// What the retry policy needs to know at this time.
    struct Conditions: RetryConditions {
        let pool: UpstreamPool
        let now: NIODeadline

        func admits(base: Int) -> Bool { pool.bases[base].circuitBreaker?.admits(now: now) ?? true }

        func withdrawRetry() -> Bool { pool.budget.withdraw(now: now) }
    }
}
