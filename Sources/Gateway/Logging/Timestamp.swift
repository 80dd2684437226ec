#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Moments in the log.
enum Timestamp {
    private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// The present in UTC, as RFC 3339 writes it, to the millisecond.
    static func now() -> String {
        format.format(Date.now)
    }

    /// The end of a day in UTC, in seconds since 1970; nil of what is not written as `2027-01-31`.
    static func endOfDay(_ text: String) -> Double? {
        guard let start = try? Date("\(text)T00:00:00Z", strategy: .iso8601), format.format(start).hasPrefix(text),
            text.utf8.count == 10
        else { return nil }
        return start.timeIntervalSince1970 + 24 * 3600
    }

    /// A moment in UTC, to the second.
    ///
    /// - Parameter time: in seconds since 1970.
    static func text(_ time: Double) -> String {
        Date(timeIntervalSince1970: time).formatted(.iso8601)
    }

    static func secondsSince1970() -> Double {
        Date.now.timeIntervalSince1970
    }
}
