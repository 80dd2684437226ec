import CGI
import Synchronization

/// A web server in memory that reads flushed bytes at once, or only on demand.
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

    /// The bytes that the web server has read.
    var taken: String { state.withLock { String(decoding: $0.taken, as: UTF8.self) } }

    var flushCount: Int { state.withLock { $0.flushCount } }

    /// Whether a caller waits for all bytes to be read.
    var isAwaited: Bool { state.withLock { $0.onDrained != nil } }

    /// Reads all bytes written so far.
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
