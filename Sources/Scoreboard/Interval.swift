/// The counts of one process for 10 seconds.
public struct Interval: Sendable, Equatable {
    /// The length of an interval in seconds.
    public static let length = 10
    /// The number of intervals that are kept: those of the last hour.
    public static let kept = 360

    /// The number of the interval, counted from 1970.
    public let number: Int
    private var values = [UInt64](repeating: 0, count: Value.allCases.count)

    /// The values of an interval. The raw value is the position in a file, after the interval's number at 0.
    public enum Value: Int, Sendable, CaseIterable {
        /// The number of requests that ended, with any status.
        case requests = 1
        /// The number of requests that failed.
        case errors
        /// The input tokens of the requests, as counted by upstream.
        case inputTokens
        /// The output tokens of the responses, including reasoning.
        case outputTokens
        /// The maximum number of requests that were live at the same time.
        case mostLive
        /// The number of live requests after the last change.
        case liveAtEnd
        /// The sum of the times until the first byte, in milliseconds, of all responses that had one.
        case firstByteMilliseconds
        /// The number of responses that had a first byte.
        case firstByteCount
    }

    /// Creates an interval whose values are 0.
    ///
    /// - Parameter number: the number of the interval, counted from 1970.
    public init(number: Int) {
        self.number = number
    }

    /// The number of the interval that contains a moment.
    ///
    /// - Parameter time: the moment, in nanoseconds since 1970.
    static func number(at time: UInt64) -> Int {
        Int(time / (UInt64(length) * 1_000_000_000))
    }

    /// One of its values, from 0 to 2⁴⁰, so that the values of an hour can be added up without overflow.
    public subscript(value: Value) -> Int {
        get { Int(values[value.rawValue - 1]) }
        set { values[value.rawValue - 1] = min(UInt64(clamping: newValue), Layout.largestCount) }
    }

    mutating func add(_ count: Int, to value: Value) {
        let (sum, overflows) = self[value].addingReportingOverflow(max(0, count))
        self[value] = overflows ? .max : sum
    }

    /// Adds the values of another process for the same interval.
    mutating func add(_ other: Interval) {
        for value in Value.allCases { add(other[value], to: value) }
    }
}

extension Interval {
    /// The size of an interval in a file, in words.
    private static let wordCount = 1 + Value.allCases.count

    /// Reads the intervals of a section in a file, in no particular order.
    static func read(_ words: ArraySlice<UInt64>) -> [Interval] {
        stride(from: words.startIndex, through: words.endIndex - wordCount, by: wordCount).prefix(kept).map { start in
            var interval = Interval(number: Layout.count(words[start]))
            for value in Value.allCases { interval[value] = Layout.count(words[start + value.rawValue]) }
            return interval
        }
    }

    /// Appends the interval in the file format.
    func write(to words: inout [UInt64]) {
        words.append(UInt64(clamping: number))
        words += values
    }
}
