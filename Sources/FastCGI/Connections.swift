internal import NIOCore
internal import Synchronization

/// Records the owner of each connection: the server loop while it is idle, otherwise a session.
///
/// Ownership changes only under a lock, so a connection never has two owners. No lock is held while code outside this file
/// runs, except system calls. The connections are divided among several locks to reduce contention between event loops.
final class Connections: Sendable {
    enum Owner {
        case idle(Connection)
        case busy(RequestSession)
    }

    /// The epoll events that an idle connection is armed for.
    static let idleEvents = Epoll.readable | Epoll.peerClosed

    let epoll: Epoll
    private let parts: [Part]
    private let busy = Atomic(0)
    private let busyPeak = Atomic(0)
    private let draining = Atomic(false)

    /// The number of parts, each with its own lock.
    private static let partCount: Epoll.Token = 16

    /// By how many the number of sessions must drop for ``crowdHasLeft()``.
    private static let crowd = 256

    init(epoll: Epoll) {
        self.epoll = epoll
        parts = (0..<Self.partCount).map { _ in Part(epoll) }
    }

    private func part(of token: Epoll.Token) -> Part { parts[Int(token % Self.partCount)] }

    func holder(of token: Epoll.Token) -> Owner? {
        part(of: token).state.withLock { $0.holders[token] }
    }

    // MARK: Changes of ownership

    func begin(_ session: RequestSession) {
        busyPeak.max(busy.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
        let token = session.connection.token
        part(of: token).state.withLock { $0.holders[token] = .busy(session) }
    }

    /// Ends a session whose connection is closed.
    func end(_ connection: Connection) {
        part(of: connection.token).state.withLock { $0.holders[connection.token] = nil }
        endBusy()
    }

    /// Ends a session whose connection can serve another request. `isArmed`: epoll is already armed for `idleEvents`.
    func endAndKeep(_ connection: Connection, isArmed: Bool) {
        part(of: connection.token).state.withLock { $0.keep(connection, isArmed: isArmed) }
        endBusy()
    }

    /// Rearms an idle connection after one of its events was delivered to the session that had just ended; epoll then reports
    /// the event again.
    func rearmIfIdle(_ connection: Connection) {
        part(of: connection.token).state.withLock {
            guard case .idle = $0.holders[connection.token] else { return }
            $0.keep(connection, isArmed: false)
        }
    }

    /// Closes one stale connection to free its descriptor. Returns false if there is none.
    func closeAnIdleOne() -> Bool {
        parts.contains { part in part.state.withLock { $0.closeAnIdleOne() } }
    }

    // MARK: All connections

    var busyCount: Int { busy.load(ordering: .sequentiallyConsistent) }

    var exchanges: [RequestSession] {
        parts.flatMap { part in
            part.state.withLock { state in
                state.holders.values.compactMap { if case .busy(let session) = $0 { session } else { nil } }
            }
        }
    }

    /// Whether the server is draining: sessions then close their connections instead of keeping them.
    var isDraining: Bool { draining.load(ordering: .sequentiallyConsistent) }

    /// Starts or continues draining: closes stale connections. A connection that became idle only recently stays open until it
    /// is stale or has served one more request. The last session to end wakes the server loop.
    ///
    /// - Parameter isPatient: false closes all idle connections.
    /// - Returns: when to call this again; nil if no idle connection is left.
    func drain(isPatient: Bool) -> NIODeadline? {
        draining.store(true, ordering: .sequentiallyConsistent)
        return parts.compactMap { part in part.state.withLock { $0.drain(isPatient: isPatient) } }.min()
    }

    /// Whether the number of sessions has dropped to half of its peak or less, and by at least `crowd`. The peak is measured
    /// since this last returned true.
    func crowdHasLeft() -> Bool {
        let (count, peak) = (busyCount, busyPeak.load(ordering: .relaxed))
        guard count <= peak / 2, peak - count >= Self.crowd else { return false }
        busyPeak.store(count, ordering: .relaxed)
        return true
    }

    private func endBusy() {
        let left = busy.subtract(1, ordering: .sequentiallyConsistent).newValue
        if left == 0, isDraining { epoll.wake() }
    }
}

/// One part of the connections and the lock that guards it.
private final class Part: Sendable {
    let state: Mutex<State>

    struct State {
        let epoll: Epoll
        var holders: [Epoll.Token: Connections.Owner] = [:]

        /// For how long a connection counts as fresh after it was opened or became idle: the web server may be about to use it.
        private static let freshness = TimeAmount.seconds(1)

        mutating func keep(_ connection: Connection, isArmed: Bool) {
            guard isArmed || epoll.arm(connection, for: Connections.idleEvents) else { return close(connection) }
            connection.idleSince = .now()
            holders[connection.token] = .idle(connection)
        }

        mutating func close(_ connection: Connection) {
            holders[connection.token] = nil
            connection.close()
        }

        mutating func closeAnIdleOne() -> Bool {
            let now = NIODeadline.now()
            for case .idle(let connection) in holders.values where Self.isStale(connection, now) {
                close(connection)
                return true
            }
            return false
        }

        mutating func drain(isPatient: Bool) -> NIODeadline? {
            let now = NIODeadline.now()
            var next: NIODeadline?
            for case .idle(let connection) in Array(holders.values) {
                if !isPatient || Self.isStale(connection, now) {
                    close(connection)
                } else {
                    let end = connection.idleSince + Self.freshness
                    next = min(next ?? end, end)
                }
            }
            return next
        }

        /// Whether a connection has been idle for `freshness` and no request has arrived on it.
        private static func isStale(_ connection: Connection, _ now: NIODeadline) -> Bool {
            connection.idleSince + freshness <= now && !connection.hasArrival(within: 0)
        }
    }

    init(_ epoll: Epoll) {
        state = Mutex(State(epoll: epoll))
    }
}
