import NIOCore
import Synchronization
import Threads

@testable import Upstream

/// Name lookups that block until the test sets their outcome.
final class HangingNames: Sendable {
    private struct State {
        var answers: [String: NameQuery.Outcome] = [:]
        var begun: [String] = []
        var running = 0
    }

    private let condition = Condition()
    private let state = Mutex(State())

    /// The names of all lookups so far, in order.
    var begun: [String] { state.withLock { $0.begun } }
    var running: Int { state.withLock { $0.running } }

    /// Sets the addresses of a name: waiting lookups of the name end, and later ones return at once.
    func answer(_ name: String, _ addresses: String...) throws {
        let found = try addresses.map { try SocketAddress(ipAddress: $0, port: 80) }
        set(name, .success(found))
    }

    func set(_ name: String, _ answer: NameQuery.Outcome?) {
        condition.withLock {
            state.withLock { $0.answers[name] = answer }
            condition.broadcast()
        }
    }

    @Sendable func lookUp(_ peer: HostAndPort) -> NameQuery.Outcome {
        state.withLock {
            $0.begun.append(peer.host)
            $0.running += 1
        }
        defer { state.withLock { $0.running -= 1 } }
        return condition.withLock {
            condition.wait { state.withLock { $0.answers[peer.host] != nil } }
            return state.withLock { $0.answers[peer.host] } ?? .failure(LookupFailure("impossible"))
        }
    }
}
