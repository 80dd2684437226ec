internal import NIOCore
internal import Synchronization

/// Who has which connection: the watcher, because it is idle, or an exchange.
///
/// All changes of hands are made under a lock, so a connection never has two owners; no lock is held while anything
/// outside this file runs, system calls apart. There are several locks, each for its part of the connections, so that
/// event loops on several processors seldom meet at one.
final class Connections: Sendable {
    enum Holder {
        case idle(Connection)
        case busy(Exchange)
    }

    /// What an idle connection is watched for.
    static let idleEvents = Epoll.readable | Epoll.peerClosed

    let epoll: Epoll
    private let parts: [Part]
    private let busy = Atomic(0)
    private let busyPeak = Atomic(0)
    private let draining = Atomic(false)

    /// How many parts there are.
    private static let partCount: Epoll.Token = 16

    /// How many exchanges make a crowd.
    private static let crowd = 256

    init(epoll: Epoll) {
        self.epoll = epoll
        parts = (0..<Self.partCount).map { _ in Part(epoll) }
    }

    private func part(of token: Epoll.Token) -> Part { parts[Int(token % Self.partCount)] }

    func holder(of token: Epoll.Token) -> Holder? {
        part(of: token).state.withLock { $0.holders[token] }
    }

    // MARK: Changes of hands

    func begin(_ exchange: Exchange) {
        busyPeak.max(busy.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
        let token = exchange.connection.token
        part(of: token).state.withLock { $0.holders[token] = .busy(exchange) }
    }

    /// Ends an exchange whose connection is closed.
    func end(_ connection: Connection) {
        part(of: connection.token).state.withLock { $0.holders[connection.token] = nil }
        endBusy()
    }

    /// Ends an exchange whose connection can serve another request. `isArmed`: it is being watched for just that.
    func endAndKeep(_ connection: Connection, isArmed: Bool) {
        part(of: connection.token).state.withLock { $0.keep(connection, isArmed: isArmed) }
        endBusy()
    }

    /// Makes up for an event that reached an exchange just after its end: what it told about is told again.
    func rearmIfIdle(_ connection: Connection) {
        part(of: connection.token).state.withLock {
            guard case .idle = $0.holders[connection.token] else { return }
            $0.keep(connection, isArmed: false)
        }
    }

    /// Closes a connection that has been idle for a while, for the sake of its descriptor. False when there is none.
    func closeAnIdleOne() -> Bool {
        parts.contains { part in part.state.withLock { $0.closeAnIdleOne() } }
    }

    // MARK: All of them

    var busyCount: Int { busy.load(ordering: .sequentiallyConsistent) }

    var exchanges: [Exchange] {
        parts.flatMap { part in
            part.state.withLock { state in
                state.holders.values.compactMap { if case .busy(let exchange) = $0 { exchange } else { nil } }
            }
        }
    }

    /// Whether exchanges are to keep no connection any more.
    var isDraining: Bool { draining.load(ordering: .sequentiallyConsistent) }

    /// Closes what is idle; the last exchange to end wakes the watcher. What has not been idle for long is left until it is,
    /// or has served one more request.
    ///
    /// - Parameter isPatient: false closes all that is idle.
    /// - Returns: when to come again; nil when nothing is idle any more.
    func drain(isPatient: Bool) -> NIODeadline? {
        draining.store(true, ordering: .sequentiallyConsistent)
        return parts.compactMap { part in part.state.withLock { $0.drain(isPatient: isPatient) } }.min()
    }

    /// Whether a crowd was here, since this was last true, of which no more than half is left.
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

/// A part of the connections, with the lock that guards them.
private final class Part: Sendable {
    let state: Mutex<State>

    struct State {
        let epoll: Epoll
        var holders: [Epoll.Token: Connections.Holder] = [:]

        /// Of a connection that has just come, or become idle, the web server may be about to make use.
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

        /// Whether a connection has been idle for a while, and still is.
        private static func isStale(_ connection: Connection, _ now: NIODeadline) -> Bool {
            connection.idleSince + freshness <= now && !connection.hasArrival(within: 0)
        }
    }

    init(_ epoll: Epoll) {
        state = Mutex(State(epoll: epoll))
    }
}
