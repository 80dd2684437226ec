internal import NIOCore

/// The known addresses of one name, and the decision when to look them up again.
///
/// It does no I/O and reads no clock: the caller passes the monotonic time as `now`.
struct NameRecord {
    /// How long answers are used.
    struct Limits: Sendable {
        /// How long an answer is used without another lookup. It is short because `getaddrinfo` does not return DNS's time to
        /// live, but long enough that many successive connections need only one lookup.
        var freshness = TimeAmount.seconds(1)
        /// How long a lookup may take before the previous answer is used instead.
        var patience = TimeAmount.milliseconds(500)
        /// The maximum age of the previous answer when it is used because a lookup is slow or fails (RFC 8767, "serve stale").
        var usability = TimeAmount.hours(1)
        /// For how long an address that did not connect in time is tried after the others.
        var avoidance = TimeAmount.seconds(60)
        /// The maximum number of addresses that are kept for one name.
        var addressCount = 32
    }

    /// What a connection attempt has to do next.
    enum Step: Equatable {
        case use([SocketAddress])
        /// Wait for the lookup, which either is running or has to be started by the caller. If there is a fallback, wait only
        /// until it is due.
        case wait(startingLookup: Bool, fallback: Fallback?)
    }

    /// The previous answer, and when to stop waiting for a new one.
    struct Fallback: Equatable {
        let addresses: [SocketAddress]
        let due: NIODeadline
    }

    /// The result of a lookup for the waiting attempts, and the change to report to the operator.
    struct Ending: Equatable {
        let outcome: Result<[SocketAddress], LookupFailure>
        var news: News?

        enum News: Equatable {
            /// The lookup failed after a successful one; the previous answer is used.
            case failing(LookupFailure, answerAge: TimeAmount)
            case recovered
        }
    }

    private let limits: Limits
    /// The addresses of the last answer, in the order in which they are tried unless some are slow.
    private var addresses: [SocketAddress] = []
    /// When the last answer with addresses arrived.
    private(set) var answered = NIODeadline.distantPast
    /// When the running lookup started; nil if none is running.
    private var lookupStart: NIODeadline?
    /// Addresses that did not connect in time, with the time until which they are tried last.
    private var slow: [SocketAddress: NIODeadline] = [:]
    private var isFailing = false

    init(_ limits: Limits) {
        self.limits = limits
    }

    var isBeingLookedUp: Bool { lookupStart != nil }

    /// Returns what a connection attempt has to do. If the attempt has to start a lookup, ``end(_:at:)`` must be called after
    /// it.
    mutating func ask(at now: NIODeadline) -> Step {
        if let fresh = answer(at: now, notOlderThan: limits.freshness) { return .use(fresh) }
        let previous = answer(at: now, notOlderThan: limits.usability)
        let start = lookupStart ?? now
        let due = start + limits.patience
        if let previous, now >= due { return .use(previous) }
        let startsLookup = !isBeingLookedUp
        lookupStart = start
        return .wait(startingLookup: startsLookup, fallback: previous.map { Fallback(addresses: $0, due: due) })
    }

    /// Records the end of the running lookup.
    mutating func end(_ result: Result<[SocketAddress], LookupFailure>, at now: NIODeadline) -> Ending {
        lookupStart = nil
        let wasFailing = isFailing
        switch result {
        case .success(let found):
            isFailing = false
            addresses = Array(found.alternatingFamilies.prefix(limits.addressCount))
            answered = now
            slow = slow.filter { addresses.contains($0.key) }
            return Ending(outcome: .success(ordered(at: now)), news: wasFailing ? .recovered : nil)
        case .failure(let failure) where failure.isAnswer:
            isFailing = false
            addresses = []
            return Ending(outcome: result)
        case .failure(let failure):
            guard let previous = answer(at: now, notOlderThan: limits.usability) else {
                return Ending(outcome: result)
            }
            isFailing = true
            return Ending(
                outcome: .success(previous),
                news: wasFailing ? nil : .failing(failure, answerAge: now - answered))
        }
    }

    /// Marks addresses as slow, because they did not connect before the next address was tried.
    mutating func avoid(_ late: some Sequence<SocketAddress>, at now: NIODeadline) {
        for address in late where addresses.contains(address) { slow[address] = now + limits.avoidance }
    }

    private func answer(at now: NIODeadline, notOlderThan age: TimeAmount) -> [SocketAddress]? {
        guard !addresses.isEmpty, now < answered + age else { return nil }
        return ordered(at: now)
    }

    private func ordered(at now: NIODeadline) -> [SocketAddress] {
        guard !slow.isEmpty else { return addresses }
        func isSlow(_ address: SocketAddress) -> Bool { slow[address].map { now < $0 } ?? false }
        return addresses.filter { !isSlow($0) } + addresses.filter(isSlow)
    }
}

extension [SocketAddress] {
    /// The addresses with IPv6 and IPv4 alternating, beginning with the first address's family (RFC 8305, section 4). If one of
    /// the families does not work on this machine, the second attempt uses the other.
    var alternatingFamilies: [SocketAddress] {
        guard let family = first?.protocol else { return [] }
        let preferred = filter { $0.protocol == family }
        let others = filter { $0.protocol != family }
        let pairs = zip(preferred, others).flatMap { [$0, $1] }
        return pairs + preferred.dropFirst(others.count) + others.dropFirst(preferred.count)
    }
}
