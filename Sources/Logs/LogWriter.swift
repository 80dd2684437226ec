internal import Glibc
internal import JSON
internal import Synchronization
internal import Threads

/// Writes the log on its own thread: a stalled reader or a full disk delays only the log.
///
/// Lines wait in a queue. When it is full, further lines are lost; their number is logged as soon as writing is possible
/// again.
public final class LogWriter: Sendable {
    /// The process's log on standard error. At the exit of the process it has two seconds to write the queued lines.
    public static let standardError: LogWriter = {
        atexit { _ = LogWriter.standardError.drain(seconds: 2) }
        return LogWriter(STDERR_FILENO)
    }()

    private let descriptor: Int32
    private let queue: LogQueue
    private let hasThread = Mutex(false)
    private let noteLoss = Mutex<(@Sendable (Int) -> Void)?>(nil)

    /// The largest write to a pipe that the kernel does not interleave with other processes' writes (PIPE_BUF in pipe(7)),
    /// in bytes.
    private static let atomicSize = 4096
    private static let pauseBetweenTries: UInt32 = 1

    /// - Parameters:
    ///   - descriptor: the log's file descriptor. It is not closed.
    ///   - capacity: the maximum size of the queued lines, in bytes.
    init(_ descriptor: Int32, capacity: Int = 1 << 20) {
        self.descriptor = descriptor
        queue = LogQueue(capacity: capacity)
    }

    /// Also reports each loss to a function.
    ///
    /// - Parameter note: gets the number of lines that were just lost.
    public func onLoss(_ note: @escaping @Sendable (Int) -> Void) {
        noteLoss.withLock { $0 = note }
    }

    /// Queues a line, without waiting for its write.
    ///
    /// - Parameters:
    ///   - line: the line, with one newline at its end.
    ///   - format: the log's format, for the line that reports lost lines.
    public func write(_ line: [UInt8], _ format: LogFormat) {
        // If no thread can be started, the caller has to wait.
        guard startThread() else { return StandardError.write(line) }
        if !queue.append(line, format) { lose(1) }
    }

    /// Waits until all lines are written.
    ///
    /// - Parameter seconds: the longest wait.
    /// - Returns: whether all lines are written.
    func drain(seconds: Double) -> Bool {
        queue.drain(seconds: seconds)
    }

    private func startThread() -> Bool {
        hasThread.withLock { hasThread in
            if hasThread { return true }
            do throws(ThreadError) { try Thread.start(name: "log-writer") { self.run() } } catch { return false }
            hasThread = true
            return true
        }
    }

    private func run() {
        var unsaid = 0
        while true {
            let batch = queue.take()
            let lost = write(batch.lines[...])
            if lost > 0 { lose(lost) }
            unsaid += lost + batch.lost
            if unsaid > 0, write(notice(of: unsaid, batch.format)[...]) == 0 { unsaid = 0 }
        }
    }

    /// - Returns: the number of lines that could not be written.
    private func write(_ lines: ArraySlice<UInt8>) -> Int {
        var rest = lines
        while !rest.isEmpty {
            let piece = Self.piece(of: rest)
            let count = piece.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if !waitAfter(errno) {
                return rest.count { $0 == UInt8(ascii: "\n") }
            }
        }
        return 0
    }

    /// The first lines that can be written with one call: as many as the kernel writes atomically, or one longer line.
    private static func piece(of lines: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let newline = UInt8(ascii: "\n")
        guard let end = lines.prefix(atomicSize).lastIndex(of: newline) ?? lines.firstIndex(of: newline) else {
            return lines
        }
        return lines[...end]
    }

    /// - Returns: whether to retry after a failed call.
    private func waitAfter(_ code: Int32) -> Bool {
        switch code {
        case EINTR: return true
        case EAGAIN:
            var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&output, 1, -1)
            return true
        case ENOSPC, EDQUOT:
            // Space becomes free eventually, and a partly written line must be completed.
            sleep(Self.pauseBetweenTries)
            return true
        default: return false
        }
    }

    private func lose(_ count: Int) {
        noteLoss.withLock { $0 }?(count)
    }

    private func notice(of count: Int, _ format: LogFormat) -> [UInt8] {
        let message = "log lines were lost"
        switch format {
        case .json:
            var line = Writer()
            line.object {
                $0.member("time", Timestamp.now())
                $0.member("level", "warning")
                $0.member("message", message)
                $0.member("lines_lost", count)
            }
            return line.bytes + [UInt8(ascii: "\n")]
        case .text: return Array("\(Timestamp.now()) warning \(message) lines_lost=\(count)\n".utf8)
        }
    }
}
