/// What this process is doing and has done: counts, histograms, the last hour and the live exchanges. With a directory it also
/// reads the scoreboards of the machine's other processes.
///
/// The scoreboard is in the process's private memory. A thread copies it to a file in the directory once a second, where others
/// can read it, also after the end of the process. If that fails, nothing but the sharing is affected. An exchange takes the
/// scoreboard's lock at its beginning and its end; in between it updates its own ``Place``.
public final class Scoreboard: Sendable {
    private let board: Board
    private let keeper: BoardKeeper?

    /// - Parameters:
    ///   - directory: the path of the directory that the machine's processes share; nil for this process alone. It need not exist
    ///     yet.
    ///   - streamLimit: how many exchanges may be live in this process.
    ///   - clock: tells the time.
    ///   - report: called with a fault of the directory when it begins, and with nil when it has ended, on any thread.
    public init(
        directory: String?, streamLimit: Int, clock: Clock = .system,
        report: @escaping @Sendable (DirectoryFault?) -> Void = { _ in }
    ) {
        board = Board(streamLimit: streamLimit, clock)
        keeper = directory.map { [board] in BoardKeeper(board, $0, clock, report: report) }
        keeper?.start()
    }

    deinit { keeper?.end() }

    /// Waits until other processes can see the scoreboard, or its file could not be made.
    ///
    /// - Parameter seconds: the longest wait.
    public func waitUntilShared(seconds: Double) {
        keeper?.waitForFirstCopy(seconds: seconds)
    }

    /// Copies the scoreboard to its file for the last time. To be called before the process ends.
    ///
    /// - Parameter seconds: the longest wait.
    public func close(within seconds: Double) {
        keeper?.finish(within: seconds)
    }

    /// The scoreboards of all processes.
    public struct Reading: Sendable {
        /// A snapshot of each live process, and one with the totals of all ended ones.
        public var snapshots: [Snapshot]
        /// Why other processes may be missing, or not see this one.
        public var faults: [DirectoryFault]
    }

    /// Reads the scoreboards of all processes: this one's present state, and the others' of their last second. Blocks, so event
    /// loops must not call it.
    ///
    /// - Parameter seconds: the longest wait for the directory. If it does not answer in time, only this process is live in the
    ///   result.
    public func read(within seconds: Double) -> Reading {
        var reading = keeper?.read(within: seconds) ?? Reading(snapshots: [], faults: [])
        reading.snapshots.append(Snapshot(board.image(), isLive: true))
        return reading
    }

    /// Which version of the file of keys is in force in this process, for those who have changed the file.
    ///
    /// - Parameter keysVersion: a number that stands for the file's content; not 0.
    public func note(keysVersion: UInt64) {
        board.note(keysVersion: keysVersion)
    }

    /// Which of its files this process cannot read.
    ///
    /// - Parameter unreadableFiles: a bit for each.
    public func note(unreadableFiles: UInt64) {
        board.note(unreadableFiles: unreadableFiles)
    }

    /// Begins an exchange.
    public func enter() -> Place {
        board.enter()
    }

    /// Ends an exchange.
    ///
    /// - Parameter place: what ``enter()`` returned.
    public func leave(_ place: Place) {
        board.leave(place)
    }

    /// Updates counts and histograms, several at once.
    ///
    /// - Parameter body: adds to the ledger. Other threads wait for it.
    public func update(_ body: (inout Ledger) -> Void) {
        board.update(body)
    }
}
