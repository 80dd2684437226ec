internal import Glibc
internal import Synchronization
internal import Threads

/// The process's scoreboard in its private memory, which other programs cannot damage.
final class Board: Sendable {
    private struct State {
        var metrics: MetricStore
        var slots: SlotAllocator
    }

    /// Identifies the scoreboard among those in a directory.
    let identity = UInt64.random(in: 1 ... .max)
    private let startTime: UInt64
    private let streamLimit: Int
    private let state: Mutex<State>
    private let keysVersion = Atomic<UInt64>(0)
    private let unreadableFiles = Atomic<UInt64>(0)

    /// Creates an empty scoreboard.
    ///
    /// - Parameters:
    ///   - streamLimit: the maximum number of live requests in this process.
    ///   - clock: the source of all times.
    init(streamLimit: Int, _ clock: Clock) {
        self.streamLimit = streamLimit
        startTime = clock.stamp()
        state = Mutex(State(metrics: MetricStore(clock), slots: SlotAllocator(clock)))
    }

    func enter() -> RequestSlot {
        state.withLock { state in
            let slot = state.slots.take()
            state.metrics.note(live: state.slots.live)
            return slot
        }
    }

    func leave(_ slot: RequestSlot) {
        state.withLock { state in
            state.slots.giveBack(slot)
            state.metrics.note(live: state.slots.live)
        }
    }

    func update(_ body: (inout MetricStore) -> Void) {
        state.withLock { body(&$0.metrics) }
    }

    /// Records the version of the keys file that is in force.
    func note(keysVersion version: UInt64) {
        keysVersion.store(version, ordering: .relaxed)
    }

    /// Records which files cannot be read, with one bit for each.
    func note(unreadableFiles files: UInt64) {
        unreadableFiles.store(files, ordering: .relaxed)
    }

    /// Creates an image of the scoreboard. The lock is held only while memory is copied.
    ///
    /// - Parameter capacity: the number of words to allocate in advance, to avoid allocation while the lock is held.
    func image(reserving capacity: Int = 0) -> Image {
        Image(reserving: capacity) { image in
            let slots = state.withLock { state in
                image.section(.process) { words in
                    words += Image.ProcessWord.allCases.map { word(of: $0, state.slots) }
                }
                image.section(.history) { state.metrics.history.write(to: &$0) }
                image.section(.series) { $0 += state.metrics.series.words }
                return state.slots.listed
            }
            image.section(.exchanges) { words in
                for slot in slots { LiveRequest.write(slot, to: &words) }
            }
        }
    }

    private func word(of word: Image.ProcessWord, _ slots: SlotAllocator) -> UInt64 {
        switch word {
        case .identity: identity
        case .process: UInt64(clamping: getpid())
        case .startTime: startTime
        case .streamLimit: UInt64(clamping: streamLimit)
        case .live: UInt64(clamping: slots.live)
        case .mostLive: UInt64(clamping: slots.mostLive)
        case .keysVersion: keysVersion.load(ordering: .relaxed)
        case .unreadableFiles: unreadableFiles.load(ordering: .relaxed)
        }
    }
}
