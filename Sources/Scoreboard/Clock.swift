internal import Glibc

/// The two times that a scoreboard needs. The time of day may be set back, so that nothing may be calculated from two of its
/// readings; the other one only grows.
public struct Clock: Sendable {
    /// The time of day, for stamps: nanoseconds since 1970.
    let stamp: @Sendable () -> UInt64
    /// For durations: nanoseconds since some moment.
    let elapsed: @Sendable () -> UInt64

    /// - Parameters:
    ///   - stamp: nanoseconds since 1970, by a clock that may be set.
    ///   - elapsed: nanoseconds since some moment, by a clock that only grows.
    public init(stamp: @escaping @Sendable () -> UInt64, elapsed: @escaping @Sendable () -> UInt64) {
        self.stamp = stamp
        self.elapsed = elapsed
    }

    /// The system's.
    public static let system = Clock {
        nanoseconds(of: CLOCK_REALTIME)
    } elapsed: {
        nanoseconds(of: CLOCK_MONOTONIC)
    }

    /// Zero before 1970, and from the year 2262 on the last moment that fits: a clock may be wrong by any amount.
    private static func nanoseconds(of clock: clockid_t) -> UInt64 {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0, time.tv_sec >= 0 else { return 0 }
        let (seconds, isTooLarge) = UInt64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isTooLate) = seconds.addingReportingOverflow(UInt64(clamping: time.tv_nsec))
        return isTooLarge || isTooLate ? UInt64(Int64.max) : min(sum, UInt64(Int64.max))
    }
}
