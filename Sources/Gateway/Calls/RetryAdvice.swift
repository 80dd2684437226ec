#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The advice about a retry in a response's headers.
struct RetryAdvice: Sendable {
    /// Whether a retry is worthwhile, if upstream overrides what its status implies (`x-should-retry`).
    var shouldRetry: Bool?
    /// How long to wait before it (`retry-after-ms`, `retry-after`).
    var delay: Duration?

    init() {}

    /// - Parameter header: finds a header by its name in lower case.
    init(_ header: (String) -> String?) {
        switch header("x-should-retry") {
        case "true": shouldRetry = true
        case "false": shouldRetry = false
        default: break
        }
        if let milliseconds = header("retry-after-ms").flatMap(Double.init) {
            delay = Self.duration(seconds: milliseconds / 1000)
        } else if let text = header("retry-after") {
            delay = Self.duration(seconds: Double(text) ?? Self.secondsUntil(date: text))
        }
    }

    /// Nil if the value is not a positive duration below 10⁹ seconds.
    private static func duration(seconds: Double?) -> Duration? {
        guard let seconds, seconds > 0, seconds < 1e9 else { return nil }
        return .milliseconds(Int64(seconds * 1000))
    }

    /// The other form of `retry-after` (RFC 9110, section 10.2.3): `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func secondsUntil(date text: String) -> Double? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: words[2]) else { return nil }
        let digits = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        let date = try? Date("\(words[3])-\(digits)-\(words[1])T\(words[4])Z", strategy: .iso8601)
        return date?.timeIntervalSinceNow
    }

    private static let months: [Substring] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
