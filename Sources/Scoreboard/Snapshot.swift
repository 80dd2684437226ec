/// The scoreboard of a process at one moment, or the totals of processes that have ended.
public struct Snapshot: Sendable {
    /// Whether the process is running. If not, only the series and the history are meaningful.
    public private(set) var isLive: Bool
    /// The process's id; 0 for totals.
    public let process: Int
    /// When the process started, in seconds since 1970.
    public let startTime: Double
    /// The maximum number of live requests in the process.
    public let streamLimit: Int
    /// The version of the keys file that is in force in the process; 0 if it uses none or the version is unknown.
    public let keysVersion: UInt64
    /// The files that the process cannot read, with one bit for each.
    public let unreadableFiles: UInt64
    /// The number of live requests, including those that are not listed in ``exchanges``.
    public private(set) var live: Int
    /// The maximum number of requests that were live at the same time.
    public let mostLive: Int
    /// The live requests, in no particular order; at most 4096.
    public private(set) var exchanges: [LiveRequest]
    /// The intervals of the last hour, in no particular order.
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
        exchanges = isLive ? LiveRequest.read(image.section(.exchanges)) : []
        intervals = Interval.read(image.section(.history))
        var series = SeriesTable(capacity: Layout.seriesCapacity)
        series.add(image.section(.series))
        self.series = series
        added = Set(image.section(.added))
    }

    /// The same snapshot as if the process had ended.
    var ended: Snapshot {
        var snapshot = self
        snapshot.isLive = false
        snapshot.live = 0
        snapshot.exchanges = []
        return snapshot
    }

    /// The number of requests that have ended.
    public var requests: UInt64 { series.sum(of: .requests) }

    /// Returns the maximum number of live requests in each of several intervals. If no request began or ended in an interval,
    /// that is the number at the end of the last interval in which one did.
    ///
    /// - Parameter numbers: the numbers of consecutive intervals.
    /// - Returns: the maxima, in the same order.
    public func live(in numbers: [Int]) -> [Int] {
        Self.live(in: numbers, noted: intervals, now: live)
    }

    static func live(in numbers: [Int], noted intervals: [Interval], now live: Int) -> [Int] {
        let noted = Dictionary(intervals.map { ($0.number, $0) }) { first, _ in first }
        let before = intervals.filter { $0.number < numbers.first ?? 0 }.max { $0.number < $1.number }
        // Without any intervals, nothing has changed in the last hour, so the current number applies to all of them.
        var present = before?[.liveAtEnd] ?? (intervals.isEmpty ? live : 0)
        return numbers.map { number in
            guard let interval = noted[number] else { return present }
            present = interval[.liveAtEnd]
            return interval[.mostLive]
        }
    }
}
