internal import NIOCore
internal import Synchronization
internal import Threads

/// Finds the addresses of names, for all event loops.
///
/// `getaddrinfo` blocks for as long as a DNS server is silent, and cannot be cancelled. So each name has at most one lookup at
/// a time, on a thread of its own that ends with it: all attempts that need the name share the lookup, and a name that hangs
/// delays no other. ``NameRecord`` decides how long an answer is used.
final class NameResolver: Sendable {
    typealias Lookup = @Sendable (HostAndPort) -> Result<[SocketAddress], LookupFailure>

    /// How many names are remembered, and with that the limit on threads. Names come from the operator's addresses, of which
    /// there are fewer.
    static let maximumNames = 32
    /// For the modules that `/etc/nsswitch.conf` names, which may need more than our own threads.
    private static let stackSize = 1 << 20

    private struct Entry {
        var record: NameRecord
        var queries: [ObjectIdentifier: NameQuery] = [:]
    }

    private let entries = Mutex<[HostAndPort: Entry]>([:])
    private let limits: NameRecord.Limits
    private let lookUp: Lookup
    private let onChange: @Sendable (LookupChange) -> Void

    /// - Parameters:
    ///   - limits: how long answers are used.
    ///   - onChange: is called on the lookups' threads.
    ///   - lookUp: looks up a name; it may block.
    init(
        limits: NameRecord.Limits = NameRecord.Limits(),
        onChange: @escaping @Sendable (LookupChange) -> Void = { _ in },
        lookUp: @escaping Lookup = SystemLookup.addresses
    ) {
        self.limits = limits
        self.onChange = onChange
        self.lookUp = lookUp
    }

    /// Calls `whenFound` on the event loop: at once if the addresses are known. Must be called there.
    ///
    /// - Returns: the wait for the addresses; nil if they are known.
    func find(
        _ peer: HostAndPort, on eventLoop: any EventLoop, whenFound: @escaping (NameQuery.Outcome) -> Void
    ) -> NameQuery? {
        eventLoop.preconditionInEventLoop()
        if let address = try? SocketAddress(ipAddress: peer.host, port: peer.port) {
            whenFound(.success([address]))
            return nil
        }
        let query = NameQuery(peer, of: self, on: eventLoop, whenFound: whenFound)
        let now = NIODeadline.now()
        switch entries.withLock({ Self.ask(query, &$0, at: now, limits) }) {
        case .success(.use(let addresses)):
            whenFound(.success(addresses))
            return nil
        case .success(.wait(let startingLookup, let fallback)):
            if let fallback { query.fallBack(to: fallback.addresses, in: fallback.due - now) }
            if startingLookup { startLookup(of: peer) }
            return query
        case .failure(let failure):
            whenFound(.failure(failure))
            return nil
        }
    }

    /// Notes that some of a name's addresses did not connect in time: they are tried after the others for a while.
    func avoid(_ addresses: some Sequence<SocketAddress>, of peer: HostAndPort) {
        entries.withLock { $0[peer]?.record.avoid(addresses, at: .now()) }
    }

    /// Removes a query that does not wait any more.
    func forget(_ query: NameQuery) {
        entries.withLock { $0[query.peer]?.queries[ObjectIdentifier(query)] = nil }
    }

    private static func ask(
        _ query: NameQuery, _ entries: inout [HostAndPort: Entry], at now: NIODeadline, _ limits: NameRecord.Limits
    ) -> Result<NameRecord.Step, LookupFailure> {
        if entries[query.peer] == nil && !makeRoom(in: &entries) {
            return .failure(LookupFailure("lookups of \(maximumNames) other names are running"))
        }
        var entry = entries[query.peer] ?? Entry(record: NameRecord(limits))
        let step = entry.record.ask(at: now)
        if case .wait = step { entry.queries[ObjectIdentifier(query)] = query }
        entries[query.peer] = entry
        return .success(step)
    }

    /// Forgets the name with the oldest answer when there is no room for another.
    ///
    /// - Returns: whether there is room now.
    private static func makeRoom(in entries: inout [HostAndPort: Entry]) -> Bool {
        guard entries.count >= maximumNames else { return true }
        let removable = entries.filter { !$0.value.record.isBeingLookedUp }
        guard let oldest = removable.min(by: { $0.value.record.answered < $1.value.record.answered }) else {
            return false
        }
        entries[oldest.key] = nil
        return true
    }

    private func startLookup(of peer: HostAndPort) {
        do throws(ThreadError) {
            try Thread.start(name: "name-lookup", stackSize: Self.stackSize) { self.end(peer, self.lookUp(peer)) }
        } catch {
            end(peer, .failure(LookupFailure("no thread can be started (error \(error.code))")))
        }
    }

    private func end(_ peer: HostAndPort, _ result: NameQuery.Outcome) {
        let (ending, queries) = entries.withLock { entries -> (NameRecord.Ending?, [NameQuery]) in
            let ending = entries[peer]?.record.end(result, at: .now())
            let queries = entries[peer]?.queries.values.map(\.self) ?? []
            entries[peer]?.queries = [:]
            return (ending, queries)
        }
        guard let ending else { return }
        for query in queries { query.settle(ending.outcome) }
        switch ending.news {
        case .failing(let failure, let age):
            onChange(
                .failing(
                    host: peer.host, reason: failure.description, answerAge: .nanoseconds(age.nanoseconds)))
        case .recovered: onChange(.recovered(host: peer.host))
        case nil: break
        }
    }
}
