internal import Glibc

/// The system's two clocks, or a test's. The time of day may be set back, so durations must not be calculated from it; the
/// other clock is monotonic.
public struct Clock: Sendable {
    /// The time of day, for timestamps: nanoseconds since 1970.
    public let stamp: @Sendable () -> UInt64
    /// The monotonic time, for durations: nanoseconds since an arbitrary moment.
    public let elapsed: @Sendable () -> UInt64

    /// Creates a pair of clocks.
    ///
    /// - Parameters:
    ///   - stamp: returns the time of day, in nanoseconds since 1970. It may be set back.
    ///   - elapsed: returns the monotonic time, in nanoseconds since an arbitrary moment.
    public init(stamp: @escaping @Sendable () -> UInt64, elapsed: @escaping @Sendable () -> UInt64) {
        self.stamp = stamp
        self.elapsed = elapsed
    }

    /// The time of day in seconds since 1970.
    public var secondsSince1970: Double { Double(stamp()) / 1e9 }

    /// The system's clocks.
    public static let system = Clock {
        nanoseconds(of: CLOCK_REALTIME)
    } elapsed: {
        nanoseconds(of: CLOCK_MONOTONIC)
    }

    /// Reads a clock, which may be wrong by any amount: the result is limited to 0 (for times before 1970) and to `Int64.max`
    /// (a moment in the year 2262).
    private static func nanoseconds(of clock: clockid_t) -> UInt64 {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0, time.tv_sec >= 0 else { return 0 }
        let (seconds, isTooLarge) = UInt64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isTooLate) = seconds.addingReportingOverflow(UInt64(clamping: time.tv_nsec))
        return isTooLarge || isTooLate ? UInt64(Int64.max) : min(sum, UInt64(Int64.max))
    }
}
