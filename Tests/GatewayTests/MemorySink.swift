import CGI
import NIOCore
import Synchronization

/// A client in memory: stores a response's bytes as they are sent. It can stop reading, and it can leave.
final class MemorySink: ByteSink {
    private struct State {
        var received: [UInt8] = []
        /// The bytes that the client has not accepted.
        var pending: [UInt8] = []
        var reads = true
        var isGone = false
        var whenDrained: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// What the client has received.
    var text: String { String(decoding: state.withLock { $0.received }, as: UTF8.self) }
    var pendingByteCount: Int { state.withLock { $0.pending.count } }
    var clientIsGone: Bool { state.withLock { $0.isGone } }

    func append(_ body: (inout [UInt8]) -> Void) {
        state.withLock { state in
            body(&state.pending)
            if state.isGone { state.pending = [] }
        }
    }

    func flush() {
        state.withLock { state in
            guard state.reads else { return }
            state.received += state.pending
            state.pending = []
        }
    }

    func whenDrained(_ action: @escaping @Sendable () -> Void) {
        let isDrained = state.withLock { state in
            if !state.pending.isEmpty { state.whenDrained.append(action) }
            return state.pending.isEmpty
        }
        if isDrained { action() }
    }

    /// The client accepts no bytes until ``resumeReading()``.
    func stopReading() {
        state.withLock { $0.reads = false }
    }

    func resumeReading() {
        state.withLock { $0.reads = true }
        flush()
        callDrainActions()
    }

    /// The client disconnects.
    func leave() {
        state.withLock { state in
            state.isGone = true
            state.pending = []
        }
        callDrainActions()
    }

    private func callDrainActions() {
        let actions = state.withLock { state in
            defer { state.whenDrained = [] }
            return state.whenDrained
        }
        for action in actions { action() }
    }
}
