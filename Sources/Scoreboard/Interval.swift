/// Ten seconds of what a process did.
public struct Interval: Sendable, Equatable {
    /// Seconds that an interval lasts.
    public static let length = 10
    /// How many intervals are kept: those of the last hour.
    public static let kept = 360

    /// When it began, in intervals since 1970.
    public let number: Int
    private(set) var values: [Value: Int] = [:]

    /// What an interval knows; the number is the place of its word in the file, behind the interval's number.
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

    /// One of its numbers; 0 of what did not happen.
    public subscript(value: Value) -> Int {
        get { values[value] ?? 0 }
        set { values[value] = newValue }
    }

    /// Adds what another process did at the same time.
    mutating func add(_ other: Interval) {
        for value in Value.allCases {
            let (sum, overflows) = self[value].addingReportingOverflow(other[value])
            self[value] = overflows ? .max : sum
        }
    }
}

extension Interval {
    /// The intervals in a file's history, in no order.
    static func read(_ bytes: [UInt8]) -> [Interval] {
        bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: Layout.intervalSize).compactMap { offset in
                func word(_ index: Int) -> Int {
                    let word = bytes.load(fromByteOffset: offset + index * Layout.wordSize, as: UInt64.self)
                    return Int(Layout.number(word))
                }
                guard word(0) != 0 else { return nil }
                var interval = Interval(number: word(0))
                for value in Value.allCases { interval[value] = word(value.rawValue) }
                return interval
            }
        }
    }

    /// The interval as it stands in a file's history.
    var words: [UInt64] {
        var words = [UInt64](repeating: 0, count: Layout.intervalSize / Layout.wordSize)
        words[0] = UInt64(clamping: number)
        for value in Value.allCases { words[value.rawValue] = UInt64(clamping: self[value]) }
        return words
    }
}

/// The present interval in the history of the process's own file. It has taken the place of the one an hour ago.
struct RunningInterval {
    private let words: UnsafeMutablePointer<UInt64>

    /// - Parameter time: in nanoseconds since 1970.
    init(_ file: BoardFile, at time: UInt64) {
        let number = Int(clamping: time) / (Interval.length * 1_000_000_000)
        let offset = Layout.history + number % Layout.intervalCount * Layout.intervalSize
        words = file.pointer(offset).assumingMemoryBound(to: UInt64.self)
        guard words[0] != UInt64(clamping: number) else { return }
        var interval = Interval(number: number)
        interval[.mostLive] = Int(clamping: file[.live])
        interval[.liveAtEnd] = Int(clamping: file[.live])
        words.update(from: interval.words, count: Layout.intervalSize / Layout.wordSize)
    }

    func add(_ count: Int, to value: Interval.Value) {
        words[value.rawValue] &+= UInt64(clamping: count)
    }

    func note(live: Int) {
        words[Interval.Value.liveAtEnd.rawValue] = UInt64(clamping: live)
        words[Interval.Value.mostLive.rawValue] = max(words[Interval.Value.mostLive.rawValue], UInt64(clamping: live))
    }
}
