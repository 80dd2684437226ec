import CGI
import Synchronization

/// A web server that lives in memory and takes what is flushed at once, or only when it is told to.
final class MemorySink: ByteSink {
    private struct State {
        var written: [UInt8] = []
        var taken: [UInt8] = []
        var flushCount = 0
        var isTaking: Bool
        var onDrained: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>

    init(isTaking: Bool = true) {
        state = Mutex(State(isTaking: isTaking))
    }

    /// What the web server has been given.
    var taken: String { state.withLock { String(decoding: $0.taken, as: UTF8.self) } }

    var flushCount: Int { state.withLock { $0.flushCount } }

    /// Whether someone waits for everything to be taken.
    var isAwaited: Bool { state.withLock { $0.onDrained != nil } }

    /// Takes what has been written.
    func take() {
        let onDrained = state.withLock { state in
            state.taken += state.written
            state.written = []
            defer { state.onDrained = nil }
            return state.onDrained
        }
        onDrained?()
    }

    func append(_ body: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        body(&bytes)
        state.withLock { $0.written += bytes }
    }

    func flush() {
        let isTaking = state.withLock { state in
            state.flushCount += 1
            return state.isTaking
        }
        if isTaking { take() }
    }

    var clientIsGone: Bool { false }

    var pendingByteCount: Int { state.withLock { $0.written.count } }

    func whenDrained(_ action: @escaping @Sendable () -> Void) {
        let isDrained = state.withLock { state in
            if !state.written.isEmpty { state.onDrained = action }
            return state.written.isEmpty
        }
        if isDrained { action() }
    }
}
