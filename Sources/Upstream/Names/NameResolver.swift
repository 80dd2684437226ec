internal import NIOCore
internal import Synchronization
internal import Threads

/// Looks up the addresses of names, for all event loops.
///
/// `getaddrinfo` blocks while a DNS server does not respond, and cannot be cancelled. Therefore each lookup runs on a separate
/// thread, which ends with it, and each name has at most one lookup at a time: all connection attempts for the name share it,
/// and a slow lookup does not delay other names. ``NameRecord`` decides how long an answer is used.
final class NameResolver: Sendable {
    typealias Lookup = @Sendable (HostAndPort) -> Result<[SocketAddress], LookupFailure>

    /// The maximum number of remembered names, and thus of lookup threads. The operator's configuration contains fewer names.
    static let maximumNames = 32
    /// The threads' stack size in bytes. The modules named in `/etc/nsswitch.conf` may need more than this program's own
    /// threads.
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
    ///   - onChange: called on the lookups' threads.
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

    /// Finds a name's addresses. Must be called on the event loop, and calls `whenFound` there; immediately if the addresses
    /// are known.
    ///
    /// - Returns: the wait for the addresses; nil if `whenFound` was called already.
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

    /// Marks addresses of a name that did not connect in time; for a while, they are tried after the others.
    func avoid(_ addresses: some Sequence<SocketAddress>, of peer: HostAndPort) {
        entries.withLock { $0[peer]?.record.avoid(addresses, at: .now()) }
    }

    /// Removes a query that is no longer waiting.
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

    /// Removes the name with the oldest answer if the limit is reached.
    ///
    /// - Returns: whether another name can be added.
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
