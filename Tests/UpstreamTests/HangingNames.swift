import NIOCore
import Synchronization
import Threads

@testable import Upstream

/// Lookups that hang until the test lets them end.
final class HangingNames: Sendable {
    private struct State {
        var answers: [String: NameQuery.Outcome] = [:]
        var begun: [String] = []
        var running = 0
    }

    private let condition = Condition()
    private let state = Mutex(State())

    /// The names that were looked up, in their order.
    var begun: [String] { state.withLock { $0.begun } }
    var running: Int { state.withLock { $0.running } }

    /// Ends the lookups of a name that hang, and every later one at once.
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
