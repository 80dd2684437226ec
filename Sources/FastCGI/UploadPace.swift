internal import NIOCore

/// Distinguishes an upload that makes progress, even on a slow line, from one that only occupies a connection.
///
/// Works like Apache's mod_reqtimeout: a minimum average rate over a window, and a long time limit for the whole upload.
struct UploadPace {
    /// The period over which the rate is averaged.
    static let window = TimeAmount.seconds(20)

    private let bytesInWindow: Int
    private var end: NIODeadline
    private var windowEnd: NIODeadline
    private var received = 0

    /// - Parameters:
    ///   - start: when the upload started.
    ///   - bytesPerSecond: the minimum rate; 0 means none.
    ///   - limit: the time limit for the whole upload.
    init(from start: NIODeadline, bytesPerSecond: Int, limit: TimeAmount) {
        bytesInWindow = bytesPerSecond * Int(Self.window.nanoseconds / 1_000_000_000)
        end = start + limit
        windowEnd = start + Self.window
    }

    /// When to call `isTooSlow` next.
    var nextCheck: NIODeadline { min(end, windowEnd) }

    /// Counts received bytes.
    mutating func count(_ byteCount: Int) {
        received += byteCount
    }

    /// Whether the upload has been too slow so far. Must be called at `nextCheck` or later.
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
