public import Threads

/// This process's activity: counters, histograms, the history of the last hour and the live requests. With a directory, it also
/// reads the scoreboards of the machine's other processes.
///
/// The scoreboard is in the process's private memory. A thread copies it to a file in the directory once a second; other
/// processes can read that file, even after this process has ended. If copying fails, only the sharing is affected. A request
/// takes the scoreboard's lock at its start and at its end; in between, it updates only its own ``RequestSlot``.
public final class Scoreboard: Sendable {
    private let board: Board
    private let keeper: BoardKeeper?

    /// Creates a scoreboard, and starts to copy it to the directory.
    ///
    /// - Parameters:
    ///   - directory: the path of the directory that the machine's processes share; nil to share nothing. It need not exist
    ///     yet.
    ///   - streamLimit: the maximum number of live requests in this process.
    ///   - clock: the source of all times.
    ///   - report: called on any thread; with a fault of the directory when it begins, and with nil when it has ended.
    public init(
        directory: String?, streamLimit: Int, clock: Clock = .system,
        report: @escaping @Sendable (DirectoryFault?) -> Void = { _ in }
    ) {
        board = Board(streamLimit: streamLimit, clock)
        keeper = directory.map { [board] in BoardKeeper(board, $0, clock, report: report) }
        keeper?.start()
    }

    deinit { keeper?.end() }

    /// Waits until other processes can read the scoreboard, or until creating its file has failed.
    ///
    /// - Parameter seconds: the maximum wait.
    public func waitUntilShared(seconds: Double) {
        keeper?.waitForFirstCopy(seconds: seconds)
    }

    /// Copies the scoreboard to its file for the last time. Must be called before the process ends.
    ///
    /// - Parameter seconds: the maximum wait.
    public func close(within seconds: Double) {
        keeper?.finish(within: seconds)
    }

    /// The scoreboards of all processes.
    public struct Reading: Sendable {
        /// A snapshot of each running process, and one with the totals of all ended processes.
        public var snapshots: [Snapshot]
        /// Why other processes may be missing, or cannot read this one's scoreboard.
        public var faults: [DirectoryFault]
    }

    /// Reads the scoreboards of all processes: this one's current state, and the others' states, which are up to a second old.
    /// Blocks, so event loops must not call it.
    ///
    /// - Parameter seconds: the maximum wait for the directory. If it does not respond in time, the result shows only this
    ///   process as running.
    /// - Returns: the snapshots, and the faults that were found.
    public func read(within seconds: Double) -> Reading {
        var reading = keeper?.read(within: seconds) ?? Reading(snapshots: [], faults: [])
        reading.snapshots.append(Snapshot(board.image(), isLive: true))
        return reading
    }

    /// Records the version of the keys file that is in force in this process. Commands that change the file wait for it.
    ///
    /// - Parameter keysVersion: a number that identifies the file's content; not 0.
    public func note(keysVersion: UInt64) {
        board.note(keysVersion: keysVersion)
    }

    /// Records which of its files this process cannot read.
    ///
    /// - Parameter unreadableFiles: one bit for each file.
    public func note(unreadableFiles: UInt64) {
        board.note(unreadableFiles: unreadableFiles)
    }

    /// Records the start of a request.
    ///
    /// - Returns: the request's slot.
    public func enter() -> RequestSlot {
        board.enter()
    }

    /// Records the end of a request.
    ///
    /// - Parameter slot: the slot that ``enter()`` has returned.
    public func leave(_ slot: RequestSlot) {
        board.leave(slot)
    }

    /// Updates several counters and histograms together.
    ///
    /// - Parameter body: updates the metrics. The scoreboard is locked meanwhile, so it must be short.
    public func update(_ body: (inout MetricStore) -> Void) {
        board.update(body)
    }
}
