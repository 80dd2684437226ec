internal import Glibc
internal import JSON
internal import Synchronization
internal import Threads

/// Writes the log on a thread of its own: a reader that stalls, or a disk that is full, holds up nothing but the log.
///
/// Lines wait in a queue. When it is full, lines are lost, and their number is a line of the log as soon as it can be written
/// again.
public final class LogWriter: Sendable {
    /// The one of the process, which writes to standard error. When the process exits it has two seconds to write the rest.
    public static let standardError: LogWriter = {
        atexit { _ = LogWriter.standardError.drain(seconds: 2) }
        return LogWriter(STDERR_FILENO)
    }()

    private let descriptor: Int32
    private let queue: LogQueue
    private let hasThread = Mutex(false)
    private let noteLoss = Mutex<(@Sendable (Int) -> Void)?>(nil)

    /// As much as several processes may write at once into a pipe without mixing it (PIPE_BUF in pipe(7)).
    private static let atomicSize = 4096
    private static let pauseBetweenTries: UInt32 = 1

    /// - Parameters:
    ///   - descriptor: where to. It stays open.
    ///   - capacity: how many bytes of lines may wait.
    init(_ descriptor: Int32, capacity: Int = 1 << 20) {
        self.descriptor = descriptor
        queue = LogQueue(capacity: capacity)
    }

    /// Has the number of lost lines counted elsewhere too, as they are lost.
    public func onLoss(_ note: @escaping @Sendable (Int) -> Void) {
        noteLoss.withLock { $0 = note }
    }

    /// Has a line written, without waiting for it.
    ///
    /// - Parameters:
    ///   - line: with its newline, and no other.
    ///   - format: the log's, for what has to be said about lost lines.
    func write(_ line: [UInt8], _ format: LogFormat) {
        // Where no thread can be started, waiting is all that is left.
        guard startThread() else { return StandardError.write(line) }
        if !queue.append(line, format) { lose(1) }
    }

    /// Waits until everything is written.
    ///
    /// - Parameter seconds: how long at most.
    /// - Returns: whether everything is.
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

    /// - Returns: how many lines could not be written.
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

    /// The lines at the beginning that may be written with one call: as many as do not mix with others' lines, or one.
    private static func piece(of lines: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let newline = UInt8(ascii: "\n")
        guard let end = lines.prefix(atomicSize).lastIndex(of: newline) ?? lines.firstIndex(of: newline) else {
            return lines
        }
        return lines[...end]
    }

    /// - Returns: whether to try again after a failed call.
    private func waitAfter(_ code: Int32) -> Bool {
        switch code {
        case EINTR: return true
        case EAGAIN:
            var output = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&output, 1, -1)
            return true
        case ENOSPC, EDQUOT:
            // Room is made sooner or later, and a line that has been begun must not be left as it is.
            sleep(Self.pauseBetweenTries)
            return true
        default: return false
        }
    }

    private func lose(_ count: Int) {
        noteLoss.withLock { $0 }?(count)
    }

    private func notice(of count: Int, _ format: LogFormat) -> [UInt8] {
        let message = "lines of this log were lost"
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
