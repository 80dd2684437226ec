#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Times in the log.
public enum Timestamp {
    private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// The current time in UTC, in RFC 3339 format, with milliseconds.
    public static func now() -> String {
        format.format(Date.now)
    }

    /// A time in UTC, with seconds.
    ///
    /// - Parameter time: in seconds since 1970.
    public static func text(_ time: Double) -> String {
        Date(timeIntervalSince1970: time).formatted(.iso8601)
    }
}
