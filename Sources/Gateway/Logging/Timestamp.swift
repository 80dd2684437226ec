internal import Glibc

/// A moment in UTC, written as RFC 3339 does, to the millisecond.
struct Timestamp: Sendable, CustomStringConvertible {
    private var time = timespec()

    static func now() -> Timestamp {
        var stamp = Timestamp()
        clock_gettime(CLOCK_REALTIME, &stamp.time)
        return stamp
    }

    var description: String {
        var parts = tm()
        var seconds = time.tv_sec
        gmtime_r(&seconds, &parts)
        let date = "\(parts.tm_year + 1900)-\(Self.padded(Int(parts.tm_mon) + 1))-\(Self.padded(Int(parts.tm_mday)))"
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { Self.padded(Int($0)) }.joined(separator: ":")
        return "\(date)T\(clock).\(Self.padded(time.tv_nsec / 1_000_000, to: 3))Z"
    }

    private static func padded(_ number: Int, to width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
