internal import NIOCore

/// What is known about the addresses of one name, and when it is time to look them up again.
///
/// It does no I/O and has no clock of its own: `now` is the monotonic time of whatever happens.
struct NameRecord {
    /// How long answers are used.
    struct Limits: Sendable {
        /// How long an answer is used without another lookup. It is short because `getaddrinfo` does not tell the time to live
        /// that DNS gave: long enough that many connections in a row cost one lookup.
        var freshness = TimeAmount.seconds(1)
        /// How long a lookup may take before the previous answer is used instead.
        var patience = TimeAmount.milliseconds(500)
        /// How old the previous answer may be when a lookup takes long or fails (RFC 8767, "serve stale").
        var usability = TimeAmount.hours(1)
        /// How long an address that did not connect in time is tried after the others.
        var avoidance = TimeAmount.seconds(60)
        /// How many addresses of one name are kept.
        var addressCount = 32
    }

    /// What an attempt to connect has to do.
    enum Step: Equatable {
        case use([SocketAddress])
        /// Wait for the lookup, which has to be started first or is running already; at most until the fallback is due, if
        /// there is one.
        case wait(startingLookup: Bool, fallback: Fallback?)
    }

    /// The previous answer, and when to stop waiting for a new one.
    struct Fallback: Equatable {
        let addresses: [SocketAddress]
        let due: NIODeadline
    }

    /// What the end of a lookup means for the attempts that wait, and for the operator.
    struct Ending: Equatable {
        let outcome: Result<[SocketAddress], LookupFailure>
        var news: News?

        enum News: Equatable {
            /// The lookup failed, the previous answer is used; the last lookup had been successful.
            case failing(LookupFailure, answerAge: TimeAmount)
            case recovered
        }
    }

    private let limits: Limits
    /// The last answer, in the order in which its addresses are tried when none is known to be slow.
    private var addresses: [SocketAddress] = []
    /// When the last answer with addresses came.
    private(set) var answered = NIODeadline.distantPast
    /// When the lookup began that is running now.
    private var lookupStart: NIODeadline?
    /// Addresses that did not connect in time, and until when they are tried last.
    private var slow: [SocketAddress: NIODeadline] = [:]
    private var isFailing = false

    init(_ limits: Limits) {
        self.limits = limits
    }

    var isBeingLookedUp: Bool { lookupStart != nil }

    /// An attempt to connect needs the addresses. When it has to start a lookup, ``end(_:at:)`` must follow.
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

    /// The lookup is over.
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

    /// These addresses have not connected in the time after which others are tried too.
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
    /// IPv6 and IPv4 by turns, the family of the first address first (RFC 8305, section 4): when one of the two does not work
    /// here, the second try uses the other.
    var alternatingFamilies: [SocketAddress] {
        guard let family = first?.protocol else { return [] }
        let preferred = filter { $0.protocol == family }
        let others = filter { $0.protocol != family }
        let pairs = zip(preferred, others).flatMap { [$0, $1] }
        return pairs + preferred.dropFirst(others.count) + others.dropFirst(preferred.count)
    }
}
