internal import Threads

/// Queue of log lines. Lines that do not fit are lost as a whole, and counted.
///
/// `@unchecked Sendable`: all state is accessed with the lock held.
final class LogQueue: @unchecked Sendable {
    /// Lines to write.
    struct Batch {
        /// Whole lines, each with its newline.
        var lines: [UInt8]
        /// The number of lines lost after these.
        var lost: Int
        /// The lines' format.
        var format: LogFormat
    }

    private let condition = Condition()
    private let capacity: Int
    private var waiting = Batch(lines: [], lost: 0, format: .json)
    private var writerIsIdle = true

    /// - Parameter capacity: the maximum size of the queued lines, in bytes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds a line.
    ///
    /// - Returns: false if the line is lost. All later lines are lost too until ``take()``, so that the written lines have
    ///   no gap between them.
    func append(_ line: [UInt8], _ format: LogFormat) -> Bool {
        condition.withLock {
            waiting.format = format
            guard waiting.lost == 0, waiting.lines.count + line.count <= capacity else {
                waiting.lost += 1
                // Wakes the writer, which reports lost lines: the queue may be empty if the line is longer than its
                // capacity.
                if writerIsIdle { condition.broadcast() }
                return false
            }
            waiting.lines += line
            if writerIsIdle { condition.broadcast() }
            return true
        }
    }

    /// Takes all queued lines; waits if there are none. The previous batch counts as written now.
    func take() -> Batch {
        condition.withLock {
            writerIsIdle = true
            if isEmpty { condition.broadcast() }
            condition.wait { !isEmpty }
            writerIsIdle = false
            let batch = waiting
            waiting.lines = []
            waiting.lost = 0
            return batch
        }
    }

    /// Waits until all lines are written.
    ///
    /// - Parameter seconds: the longest wait.
    /// - Returns: whether all lines are written.
    func drain(seconds: Double) -> Bool {
        condition.withLock {
            condition.wait(seconds: seconds) { writerIsIdle && isEmpty }
        }
    }

    private var isEmpty: Bool { waiting.lines.isEmpty && waiting.lost == 0 }
}
