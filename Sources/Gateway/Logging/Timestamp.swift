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
}
