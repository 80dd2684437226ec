internal import Synchronization

/// Who has which connection: the watcher, because it is idle, or an exchange.
///
/// All changes of hands are made under one lock, so a connection never has two owners; no lock is held while anything
/// outside this file runs, system calls apart.
final class Connections: Sendable {
    enum Holder {
        case idle(Connection)
        case busy(Exchange)
    }

    /// What an idle connection is watched for.
    static let idleEvents = Epoll.readable | Epoll.peerClosed

    let epoll: Epoll
    private let state = Mutex(State())

    private struct State {
        var holders: [Epoll.Token: Holder] = [:]
        var busyCount = 0
        var busyPeak = 0
        var isDraining = false
    }

    init(epoll: Epoll) {
        self.epoll = epoll
    }

    var busyCount: Int { state.withLock { $0.busyCount } }

    /// How many exchanges make a crowd.
    private static let crowd = 256

    /// Whether a crowd was here, since this was last true, of which no more than half is left.
    func crowdHasLeft() -> Bool {
        state.withLock {
            guard $0.busyCount <= $0.busyPeak / 2, $0.busyPeak - $0.busyCount >= Self.crowd else { return false }
            $0.busyPeak = $0.busyCount
            return true
        }
    }

    func holder(of token: Epoll.Token) -> Holder? {
        state.withLock { $0.holders[token] }
    }

    func begin(_ exchange: Exchange) {
        state.withLock {
            $0.holders[exchange.connection.token] = .busy(exchange)
            $0.busyCount += 1
            $0.busyPeak = max($0.busyPeak, $0.busyCount)
        }
    }

    /// Ends an exchange whose connection is closed.
    func end(_ connection: Connection) {
        endBusy { $0.holders[connection.token] = nil }
    }

    /// Ends an exchange whose connection can serve another request. `isArmed`: it is being watched for just that.
    func endAndKeep(_ connection: Connection, isArmed: Bool) {
        endBusy { keep(connection, isArmed: isArmed, in: &$0) }
    }

    /// Keeps a connection on which nothing has arrived yet.
    func keep(_ connection: Connection) {
        state.withLock { keep(connection, isArmed: false, in: &$0) }
    }

    /// Makes up for an event that reached an exchange just after its end: what it told about is told again.
    func rearmIfIdle(_ connection: Connection) {
        state.withLock {
            guard case .idle = $0.holders[connection.token] else { return }
            keep(connection, isArmed: false, in: &$0)
        }
    }

    func close(idle connection: Connection) {
        state.withLock {
            $0.holders[connection.token] = nil
            connection.close()
        }
    }

    /// Closes what is idle now and whatever becomes idle from now on.
    func drain() {
        state.withLock {
            $0.isDraining = true
            for (token, holder) in $0.holders {
                guard case .idle(let connection) = holder else { continue }
                $0.holders[token] = nil
                connection.close()
            }
        }
    }

    var exchanges: [Exchange] {
        state.withLock { state in
            state.holders.values.compactMap { holder in
                if case .busy(let exchange) = holder { exchange } else { nil }
            }
        }
    }

    private func keep(_ connection: Connection, isArmed: Bool, in state: inout State) {
        if !state.isDraining, isArmed || epoll.arm(connection, for: Self.idleEvents) {
            state.holders[connection.token] = .idle(connection)
        } else {
            state.holders[connection.token] = nil
            connection.close()
        }
    }

    private func endBusy(_ release: (inout State) -> Void) {
        let wasLast = state.withLock {
            release(&$0)
            $0.busyCount -= 1
            return $0.isDraining && $0.busyCount == 0
        }
        if wasLast { epoll.wake() }
    }
}
