internal import Threads

/// A thread that does all work in the directory: it copies this process's scoreboard to its file, and reads those of other
/// processes on demand. The directory may be on a mount that does not respond, so other threads wait for this one only for a
/// limited time.
///
/// `@unchecked Sendable`: the lock guards all variables.
final class BoardKeeper: @unchecked Sendable {
    /// The time between two copies of the scoreboard. A killed process loses the counts since its last copy.
    private static let interval = Duration.seconds(1)

    /// The command to the thread.
    private enum Command {
        case proceed
        /// Copy the scoreboard once more, then end.
        case finish
        /// End without another copy.
        case end
    }

    private let board: Board
    private let path: String
    private let directory: StateDirectory
    private let report: @Sendable (DirectoryFault?) -> Void
    private let condition = Condition()

    private var command = Command.proceed
    private var hasEnded = false
    private var isAskedToRead = false
    /// When the thread began its current work in the directory; nil while it waits.
    private var busySince: ContinuousClock.Instant?
    private var hasReportedSilence = false
    private var copyCount = 0
    private var readingCount = 0
    private var keepingFault: DirectoryFault?
    private var readingFault: DirectoryFault?
    private var others = StateDirectory.Content()

    /// - Parameters:
    ///   - board: this process's scoreboard.
    ///   - path: the directory's path.
    ///   - clock: the source of all times.
    ///   - report: called with a fault when it begins, and with nil when it has ended.
    init(_ board: Board, _ path: String, _ clock: Clock, report: @escaping @Sendable (DirectoryFault?) -> Void) {
        self.board = board
        self.path = path
        self.report = report
        directory = StateDirectory(path, clock: clock)
    }

    func start() {
        do throws(ThreadError) {
            try Thread.start(name: "scoreboard") { self.run() }
        } catch {
            let fault = DirectoryFault.cannotKeep(ScoreboardError("start a thread for \(path)", error.code))
            condition.withLock {
                hasEnded = true
                keepingFault = fault
            }
            report(fault)
        }
    }

    /// Waits until the first attempt to copy the scoreboard has succeeded or failed.
    ///
    /// - Parameter seconds: the maximum wait.
    func waitForFirstCopy(seconds: Double) {
        let isThere = condition.withLock { condition.wait(seconds: seconds) { copyCount > 0 || hasEnded } }
        if !isThere { reportSilence() }
    }

    /// Reads the scoreboards of other processes. If that fails or takes too long, the result contains their counts from the
    /// last reading, and the processes are treated as ended, so that the sums do not decrease.
    ///
    /// - Parameter seconds: the maximum wait.
    func read(within seconds: Double) -> Scoreboard.Reading {
        let (reading, isSilent) = condition.withLock {
            let before = readingCount
            isAskedToRead = true
            condition.broadcast()
            // Time for which the thread has already been blocked counts as part of the wait.
            let waited = busySince.map { ($0.duration(to: .now)) / .seconds(1) } ?? 0
            let hasRead = condition.wait(seconds: max(0, seconds - waited)) { readingCount != before || hasEnded }
            return (result(isCurrent: hasRead && readingFault == nil && !hasEnded), !hasRead)
        }
        if isSilent { reportSilence() }
        return reading
    }

    /// Copies the scoreboard once more, then ends the thread.
    ///
    /// - Parameter seconds: the maximum wait.
    func finish(within seconds: Double) {
        condition.withLock {
            command = .finish
            condition.broadcast()
            _ = condition.wait(seconds: seconds) { hasEnded }
        }
    }

    /// Ends the thread without another copy, as if the process had been killed.
    func end() {
        condition.withLock {
            command = .end
            condition.broadcast()
        }
    }

    private func result(isCurrent: Bool) -> Scoreboard.Reading {
        let snapshots = isCurrent ? others.snapshots : others.snapshots.map(\.ended)
        var faults = [keepingFault, readingFault].compactMap { $0 }
        if !isCurrent, faults.isEmpty { faults = [.noAnswer(path)] }
        return Scoreboard.Reading(snapshots: snapshots, faults: faults + others.unreadable.map { .unreadable($0) })
    }

    private func reportSilence() {
        let isNew = condition.withLock {
            defer { hasReportedSilence = true }
            return !hasReportedSilence
        }
        if isNew { report(.noAnswer(path)) }
    }

    // MARK: On the thread

    private func run() {
        keepAndRead()
        // The file has been closed, so its lock is released: other processes now treat this process as ended.
        condition.withLock {
            hasEnded = true
            condition.broadcast()
        }
    }

    private func keepAndRead() {
        let kept = KeptBoard(board, in: directory, report: report)
        var nextCopy = ContinuousClock.now
        while true {
            let (command, isAsked) = waitForWork(until: nextCopy)
            guard command != .end else { break }
            if command == .finish || nextCopy <= .now {
                kept.copy()
                nextCopy = .now + Self.interval
                note(keepingFault: kept.fault)
                if command == .proceed { kept.addUpEnded() }
            }
            if isAsked { readOthers() }
            noteEndOfWork(hasFault: kept.fault != nil)
            guard command == .proceed else { break }
        }
    }

    private func waitForWork(until nextCopy: ContinuousClock.Instant) -> (Command, isAsked: Bool) {
        condition.withLock {
            let rest = max(0, ContinuousClock.now.duration(to: nextCopy) / .seconds(1))
            _ = condition.wait(seconds: rest) { command != .proceed || isAskedToRead }
            defer { isAskedToRead = false }
            busySince = .now
            return (command, isAskedToRead)
        }
    }

    private func note(keepingFault fault: DirectoryFault?) {
        condition.withLock {
            copyCount += 1
            keepingFault = fault
            condition.broadcast()
        }
    }

    private func readOthers() {
        var content: StateDirectory.Content?
        var fault: DirectoryFault?
        do throws(ScoreboardError) {
            content = try directory.read(besides: board.identity)
        } catch {
            fault = .cannotRead(error)
        }
        condition.withLock {
            if let content { others = content }
            readingFault = fault
            readingCount += 1
            condition.broadcast()
        }
    }

    private func noteEndOfWork(hasFault: Bool) {
        let wasSilent = condition.withLock {
            busySince = nil
            defer { hasReportedSilence = false }
            return hasReportedSilence
        }
        if wasSilent, !hasFault { report(nil) }
    }
}
