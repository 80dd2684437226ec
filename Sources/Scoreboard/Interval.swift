/// Ten seconds of what a process did.
public struct Interval: Sendable, Equatable {
    /// Seconds that an interval lasts.
    public static let length = 10
    /// How many intervals are kept: those of the last hour.
    public static let kept = 360

    /// When it began, in intervals since 1970.
    public let number: Int
    private var values = [UInt64](repeating: 0, count: Value.allCases.count)

    /// What is counted in an interval. The raw value is the position in a file, after the interval's number at 0.
    public enum Value: Int, Sendable, CaseIterable {
        /// How many requests ended, whatever their status.
        case requests = 1
        /// How many of them failed.
        case errors
        /// The tokens that their prompts had, as upstream counts.
        case inputTokens
        /// The tokens that their replies had, reasoning included.
        case outputTokens
        /// The most exchanges that were live at once.
        case mostLive
        /// How many exchanges were live after the last change.
        case liveAtEnd
        /// The milliseconds until the first byte, of all replies that had one.
        case firstByteMilliseconds
        /// How many replies had one.
        case firstByteCount
    }

    /// An interval in which nothing was done.
    ///
    /// - Parameter number: when it began, in intervals since 1970.
    public init(number: Int) {
        self.number = number
    }

    /// The number of the interval that a moment lies in.
    ///
    /// - Parameter time: in nanoseconds since 1970.
    static func number(at time: UInt64) -> Int {
        Int(time / (UInt64(length) * 1_000_000_000))
    }

    /// One of its values, from 0 to 2⁴⁰: the values of an hour can be added up without an overflow.
    public subscript(value: Value) -> Int {
        get { Int(values[value.rawValue - 1]) }
        set { values[value.rawValue - 1] = min(UInt64(clamping: newValue), Layout.largestCount) }
    }

    mutating func add(_ count: Int, to value: Value) {
        let (sum, overflows) = self[value].addingReportingOverflow(max(0, count))
        self[value] = overflows ? .max : sum
    }

    /// Adds what another process did in the same interval.
    mutating func add(_ other: Interval) {
        for value in Value.allCases { add(other[value], to: value) }
    }
}

extension Interval {
    /// The size of an interval in a file, in words.
    private static let wordCount = 1 + Value.allCases.count

    /// Reads the intervals of a file's section, in no order.
    static func read(_ words: ArraySlice<UInt64>) -> [Interval] {
        stride(from: words.startIndex, through: words.endIndex - wordCount, by: wordCount).prefix(kept).map { start in
            var interval = Interval(number: Layout.count(words[start]))
            for value in Value.allCases { interval[value] = Layout.count(words[start + value.rawValue]) }
            return interval
        }
    }

    /// Appends the interval in the form that files have.
    func write(to words: inout [UInt64]) {
        words.append(UInt64(clamping: number))
        words += values
    }
}
