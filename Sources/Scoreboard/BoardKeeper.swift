internal import Threads

/// A thread for all work in the directory: it copies this process's scoreboard to its file, and reads the others' on demand. The
/// directory may be on a mount that does not answer, so other threads wait for this one with a limit only.
///
/// `@unchecked Sendable`: the lock guards all variables.
final class BoardKeeper: @unchecked Sendable {
    /// The time between two copies of the scoreboard. A process that is killed loses the counts since the last one.
    private static let interval = Duration.seconds(1)

    /// What the thread has to do.
    private enum Order {
        case goOn
        /// Copy the scoreboard once more, and end.
        case finish
        /// End without a copy.
        case end
    }

    private let board: Board
    private let path: String
    private let directory: StateDirectory
    private let report: @Sendable (DirectoryFault?) -> Void
    private let condition = Condition()

    private var order = Order.goOn
    private var hasEnded = false
    private var isAskedToRead = false
    /// Since when the thread has been working in the directory; nil while it waits.
    private var busySince: ContinuousClock.Instant?
    private var hasReportedSilence = false
    private var copyCount = 0
    private var readingCount = 0
    private var keepingFault: DirectoryFault?
    private var readingFault: DirectoryFault?
    private var others = StateDirectory.Content()

    /// - Parameters:
    ///   - board: this process's scoreboard.
    ///   - path: the directory's.
    ///   - clock: tells the time.
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

    /// Waits until the scoreboard was copied for the first time, or that has failed.
    ///
    /// - Parameter seconds: the longest wait.
    func waitForFirstCopy(seconds: Double) {
        let isThere = condition.withLock { condition.wait(seconds: seconds) { copyCount > 0 || hasEnded } }
        if !isThere { reportSilence() }
    }

    /// Reads the others' scoreboards. If that fails or takes too long, the result has what they had counted at the last reading,
    /// as if they had ended since: so the sums do not fall.
    ///
    /// - Parameter seconds: the longest wait.
    func read(within seconds: Double) -> Scoreboard.Reading {
        let (reading, isSilent) = condition.withLock {
            let before = readingCount
            isAskedToRead = true
            condition.broadcast()
            // If the thread has been blocked for some time already, that counts as waiting.
            let waited = busySince.map { ($0.duration(to: .now)) / .seconds(1) } ?? 0
            let hasRead = condition.wait(seconds: max(0, seconds - waited)) { readingCount != before || hasEnded }
            return (result(isCurrent: hasRead && readingFault == nil && !hasEnded), !hasRead)
        }
        if isSilent { reportSilence() }
        return reading
    }

    /// Copies the scoreboard once more, and ends the thread.
    ///
    /// - Parameter seconds: the longest wait.
    func finish(within seconds: Double) {
        condition.withLock {
            order = .finish
            condition.broadcast()
            _ = condition.wait(seconds: seconds) { hasEnded }
        }
    }

    /// Ends the thread without another copy, as if the process were killed.
    func end() {
        condition.withLock {
            order = .end
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

    // MARK: In the thread

    private func run() {
        keepAndRead()
        // The file's lock, which shows others that the process lives, is free by now.
        condition.withLock {
            hasEnded = true
            condition.broadcast()
        }
    }

    private func keepAndRead() {
        let kept = KeptBoard(board, in: directory, report: report)
        var nextCopy = ContinuousClock.now
        while true {
            let (order, isAsked) = waitForWork(until: nextCopy)
            guard order != .end else { break }
            if order == .finish || nextCopy <= .now {
                kept.copy()
                nextCopy = .now + Self.interval
                note(keepingFault: kept.fault)
                if order == .goOn { kept.addUpEnded() }
            }
            if isAsked { readOthers() }
            comeBack(isWell: kept.fault == nil)
            guard order == .goOn else { break }
        }
    }

    private func waitForWork(until nextCopy: ContinuousClock.Instant) -> (Order, isAsked: Bool) {
        condition.withLock {
            let rest = max(0, ContinuousClock.now.duration(to: nextCopy) / .seconds(1))
            _ = condition.wait(seconds: rest) { order != .goOn || isAskedToRead }
            defer { isAskedToRead = false }
            busySince = .now
            return (order, isAskedToRead)
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

    private func comeBack(isWell: Bool) {
        let wasSilent = condition.withLock {
            busySince = nil
            defer { hasReportedSilence = false }
            return hasReportedSilence
        }
        if wasSilent, isWell { report(nil) }
    }
}
