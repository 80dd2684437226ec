/// The scoreboard of a process at one moment, or the totals of processes that have ended.
public struct Snapshot: Sendable {
    /// Whether the process lives. If not, only the series and the history have a meaning.
    public private(set) var isLive: Bool
    /// The process's number; 0 for totals.
    public let process: Int
    /// Seconds since 1970.
    public let startTime: Double
    /// How many exchanges may be live in the process.
    public let streamLimit: Int
    /// Which version of the file of keys is in force in the process; 0 if it uses none, or does not say.
    public let keysVersion: UInt64
    /// Which of its files the process cannot read, a bit each.
    public let unreadableFiles: UInt64
    /// How many exchanges are live, including those that ``exchanges`` has no room for.
    public private(set) var live: Int
    /// The most exchanges that were live at once.
    public let mostLive: Int
    /// The live exchanges in no order, up to 4096.
    public private(set) var exchanges: [LiveExchange]
    /// In no order.
    public let intervals: [Interval]
    /// The scoreboard's identity; 0 for totals.
    let identity: UInt64
    let series: SeriesTable
    /// For totals: the identities of the scoreboards that they include and whose files may still exist.
    let added: Set<UInt64>

    /// Reads an image. One from a file may have any contents.
    init(_ image: Image, isLive: Bool) {
        let words = image.section(.process)
        func word(_ word: Image.ProcessWord) -> UInt64 {
            word.rawValue < words.count ? words[words.startIndex + word.rawValue] : 0
        }
        self.isLive = isLive
        identity = word(.identity)
        process = Layout.count(word(.process))
        startTime = Double(word(.startTime)) / 1e9
        streamLimit = Layout.count(word(.streamLimit))
        keysVersion = word(.keysVersion)
        unreadableFiles = word(.unreadableFiles)
        live = isLive ? Layout.count(word(.live)) : 0
        mostLive = Layout.count(word(.mostLive))
        exchanges = isLive ? LiveExchange.read(image.section(.exchanges)) : []
        intervals = Interval.read(image.section(.history))
        var series = SeriesTable(capacity: Layout.seriesCapacity)
        series.add(image.section(.series))
        self.series = series
        added = Set(image.section(.added))
    }

    /// The same after the end of the process.
    var ended: Snapshot {
        var snapshot = self
        snapshot.isLive = false
        snapshot.live = 0
        snapshot.exchanges = []
        return snapshot
    }

    /// How many requests have ended.
    public var requests: UInt64 { series.sum(of: .requests) }

    /// The most exchanges that were live at once in each of some intervals. In one in which none began or ended there are as
    /// many as at the end of the last one in which one did.
    ///
    /// - Parameter numbers: the intervals', which follow one another.
    public func live(in numbers: [Int]) -> [Int] {
        Self.live(in: numbers, noted: intervals, now: live)
    }

    static func live(in numbers: [Int], noted intervals: [Interval], now live: Int) -> [Int] {
        let noted = Dictionary(intervals.map { ($0.number, $0) }) { first, _ in first }
        let before = intervals.filter { $0.number < numbers.first ?? 0 }.max { $0.number < $1.number }
        // Nothing has changed for so long that it is forgotten, or ever.
        var present = before?[.liveAtEnd] ?? (intervals.isEmpty ? live : 0)
        return numbers.map { number in
            guard let interval = noted[number] else { return present }
            present = interval[.liveAtEnd]
            return interval[.mostLive]
        }
    }
}
