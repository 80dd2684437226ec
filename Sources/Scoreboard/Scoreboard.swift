internal import Glibc
internal import Synchronization

/// What this process is doing and has done, where others can read it: counts, histograms, the last hour and the exchanges
/// that are live. With a directory, other processes' scoreboards stand beside it, and one is shown for all of them.
///
/// Written by one process, in memory that is also a file: nothing is sent, and a process that dies leaves what it knew. It is
/// touched at the beginning and at the end of an exchange, under one lock; what changes in between belongs to the exchange
/// alone (``Place``).
public final class Scoreboard: Sendable {
    private struct State {
        var ledger: Ledger
        var places: Places
    }

    private let file: BoardFile
    private let directory: String?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - directory: where the machine's processes keep their scoreboards; nil for this process alone.
    ///   - streamLimit: how many exchanges may be live in this process.
    ///   - clock: tells the time.
    /// - Throws: when the directory cannot be used.
    public init(directory: String?, streamLimit: Int, clock: Clock = .system) throws(ScoreboardError) {
        self.directory = directory
        let file: BoardFile =
            if let directory { try StateDirectory(directory).makeFile() } else { try .makePrivate() }
        self.file = file
        state = Mutex(State(ledger: try Ledger(file, clock), places: Places(file, clock)))
        file[.process] = UInt64(clamping: getpid())
        file[.startTime] = clock.stamp()
        file[.streamLimit] = UInt64(clamping: streamLimit)
        file.publish(Layout.magic, as: .magic)
    }

    /// Everybody's scoreboard: this process's, and those of the others in the directory.
    ///
    /// - Throws: when the directory cannot be read any more.
    public func read() throws(ScoreboardError) -> [Snapshot] {
        if let directory { return try StateDirectory(directory).read() }
        return Snapshot(of: file).map { [$0] } ?? []
    }

    /// Which version of the file of keys is in force in this process, for those who have changed the file.
    ///
    /// - Parameter keysVersion: a number that stands for the file's content; not 0.
    public func note(keysVersion: UInt64) {
        file.publish(keysVersion, as: .keysVersion)
    }

    /// Which of its files this process cannot read.
    ///
    /// - Parameter unreadableFiles: a bit for each.
    public func note(unreadableFiles: UInt64) {
        file.publish(unreadableFiles, as: .unreadableFiles)
    }

    /// An exchange begins.
    public func enter() -> Place {
        state.withLock { $0.places.take() }
    }

    /// An exchange ends.
    public func leave(_ place: Place) {
        state.withLock { $0.places.giveBack(place) }
    }

    /// Notes several things at once, such as all that there is to say of a request that has ended.
    public func update(_ body: (inout Ledger) -> Void) {
        state.withLock { body(&$0.ledger) }
    }
}
