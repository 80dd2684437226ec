internal import NIOCore

/// Tells an upload that makes progress, however slow the line, from one that only occupies a connection.
///
/// As Apache's mod_reqtimeout has it: a minimum rate, on average over a window, and a long limit on the whole.
struct UploadPace {
    /// Over how long the rate is measured.
    static let window = TimeAmount.seconds(20)

    private let bytesInWindow: Int
    private var end: NIODeadline
    private var windowEnd: NIODeadline
    private var received = 0

    /// - Parameters:
    ///   - start: when the first byte came.
    ///   - bytesPerSecond: the minimum rate; 0 for none.
    ///   - limit: how long the whole may take.
    init(from start: NIODeadline, bytesPerSecond: Int, limit: TimeAmount) {
        bytesInWindow = bytesPerSecond * Int(Self.window.nanoseconds / 1_000_000_000)
        end = start + limit
        windowEnd = start + Self.window
    }

    /// When to look again.
    var nextCheck: NIODeadline { min(end, windowEnd) }

    /// Counts bytes that have come.
    mutating func count(_ byteCount: Int) {
        received += byteCount
    }

    /// Whether it has been too slow up to now. To be asked at `nextCheck`, or later.
    mutating func isTooSlow(at now: NIODeadline) -> Bool {
        guard now < end else { return true }
        guard now >= windowEnd else { return false }
        defer {
            received = 0
            windowEnd = now + Self.window
        }
        return received < bytesInWindow
    }
}
