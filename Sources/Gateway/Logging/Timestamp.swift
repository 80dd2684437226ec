#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Times in the log.
enum Timestamp {
    private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// The current time in UTC, in RFC 3339 format, with milliseconds.
    static func now() -> String {
        format.format(Date.now)
    }

    /// The end of a day in UTC, in seconds since 1970; nil if the text does not have the form `2027-01-31`.
    static func endOfDay(_ text: String) -> Double? {
        guard let start = try? Date("\(text)T00:00:00Z", strategy: .iso8601), format.format(start).hasPrefix(text),
            text.utf8.count == 10
        else { return nil }
        return start.timeIntervalSince1970 + 24 * 3600
    }

    /// A time in UTC, with seconds.
    ///
    /// - Parameter time: in seconds since 1970.
    static func text(_ time: Double) -> String {
        Date(timeIntervalSince1970: time).formatted(.iso8601)
    }

    static func secondsSince1970() -> Double {
        Date.now.timeIntervalSince1970
    }
}
