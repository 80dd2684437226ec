internal import Files
internal import Logging
internal import NIOCore
internal import Upstream

/// Where upstream can be asked, in the operator's order, and what all requests together have seen of it. One per process.
final class Upstreams: Sendable {
    struct Base: Sendable {
        let requests: UpstreamRequests
        /// Nil of the only one, which is asked however it is.
        let circuit: Circuit?
    }

    let client: Client
    let bases: [Base]
    let budget = RetryBudget()
    /// How often one request is sent again at most, except to bases that it has not been sent to.
    let maximumRetries: Int
    /// How long a request may take with all its tries.
    let timeout: TimeAmount
    private let log: Logger

    init(_ configuration: Configuration, _ client: Client, _ files: FileWatch) {
        self.client = client
        let bases = configuration.bases
        self.bases = bases.map {
            Base(requests: UpstreamRequests($0, files), circuit: bases.count > 1 ? Circuit() : nil)
        }
        maximumRetries = configuration.retries
        timeout = TimeAmount(configuration.upstreamTimeout)
        log = configuration.log
    }

    /// What clients must not see of the operator's keys.
    var redaction: Redaction {
        let redactions = bases.map(\.requests.redaction)
        return redactions.count == 1 ? redactions[0] : Redaction(joining: redactions)
    }

    /// The first base that is well and has not been asked; of those that are not well, the first; and when all have been
    /// asked, from the beginning.
    func choose(besides asked: BaseSet) -> Int {
        guard bases.count > 1 else { return 0 }
        let candidates = asked.count < bases.count ? bases.indices.filter { !asked.contains($0) } : Array(bases.indices)
        return candidates.first { bases[$0].circuit?.admits() ?? true } ?? candidates[0]
    }

    func note(successOf base: Int) {
        guard bases[base].circuit?.succeeded() == true else { return }
        log.notice("an upstream base is back", metadata: ["base": "\(bases[base].requests.origin)"])
    }

    func note(_ fault: Fault, of base: Int) {
        guard let rest = bases[base].circuit?.failed(fault) else { return }
        log.warning(
            "an upstream base fails and is rested",
            metadata: ["base": "\(bases[base].requests.origin)", "seconds": "\(rest.components.seconds)"])
    }
}

/// Some of the bases, by their numbers.
struct BaseSet {
    private var bits: UInt64 = 0

    var count: Int { bits.nonzeroBitCount }

    func contains(_ base: Int) -> Bool { bits & 1 << base != 0 }

    mutating func insert(_ base: Int) { bits |= 1 << base }

    mutating func removeAll() { bits = 0 }
}
