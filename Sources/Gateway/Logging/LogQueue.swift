internal import Threads

/// Lines of the log that wait to be written. Those that find no room are lost, as wholes, and counted.
///
/// `@unchecked Sendable`: everything in it is touched with the lock held only.
final class LogQueue: @unchecked Sendable {
    /// What there is to write.
    struct Batch {
        /// Whole lines, each with its newline.
        var lines: [UInt8]
        /// How many lines were lost behind these.
        var lost: Int
        /// The form that the lines have.
        var format: LogFormat
    }

    private let condition = Condition()
    private let capacity: Int
    private var waiting = Batch(lines: [], lost: 0, format: .json)
    private var writerIsIdle = true

    /// - Parameter capacity: how many bytes of lines may wait.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds a line.
    ///
    /// - Returns: false if it is lost. So are all lines after it until ``take()``: none is missing between those kept.
    func append(_ line: [UInt8], _ format: LogFormat) -> Bool {
        condition.withLock {
            waiting.format = format
            guard waiting.lost == 0, waiting.lines.count + line.count <= capacity else {
                waiting.lost += 1
                // A line too long for any queue is lost from an empty one, and the writer has yet to say so.
                if writerIsIdle { condition.broadcast() }
                return false
            }
            waiting.lines += line
            if writerIsIdle { condition.broadcast() }
            return true
        }
    }

    /// Takes all that there is, and waits for it if there is nothing. The one taken before counts as written now.
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

    /// Waits until all is written.
    ///
    /// - Parameter seconds: how long at most.
    /// - Returns: whether it is.
    func drain(seconds: Double) -> Bool {
        condition.withLock {
            condition.wait(seconds: seconds) { writerIsIdle && isEmpty }
        }
    }

    private var isEmpty: Bool { waiting.lines.isEmpty && waiting.lost == 0 }
}
