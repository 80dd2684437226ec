internal import Files
internal import Logging
internal import NIOCore
internal import Upstream

/// The bases where upstream can be asked, in the operator's order, with what all requests have learned of their health. One per
/// process.
final class UpstreamPool: Sendable {
    struct Base: Sendable {
        let requests: UpstreamRequests
        /// Nil for an only base, which is asked whatever its state is.
        let circuitBreaker: CircuitBreaker?
    }

    let client: Client
    let bases: [Base]
    let budget = RetryBudget()
    /// How often one request is sent again at most, not counting bases that it has not been sent to.
    let maximumRetries: Int
    /// How long a request may take, with all its attempts.
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

    /// Removes the operator's keys from what clients get to see.
    var redaction: Redaction {
        let redactions = bases.map(\.requests.redaction)
        return redactions.count == 1 ? redactions[0] : Redaction(joining: redactions)
    }

    func note(successOf base: Int) {
        guard bases[base].circuitBreaker?.succeeded() == true else { return }
        log.notice("an upstream base is back", metadata: ["base": "\(bases[base].requests.origin)"])
    }

    func note(_ outcome: AttemptOutcome, of base: Int) {
        guard let rest = bases[base].circuitBreaker?.failed(outcome) else { return }
        log.warning(
            "an upstream base fails and is rested",
            metadata: ["base": "\(bases[base].requests.origin)", "seconds": "\(rest.components.seconds)"])
    }
}

extension UpstreamPool: RetryConditions {
    func admits(base: Int) -> Bool { bases[base].circuitBreaker?.admits() ?? true }

    func withdrawRetry() -> Bool { budget.withdraw() }
}
