internal import Glibc

/// A process's scoreboard at one moment.
public struct Snapshot: Sendable {
    /// Whether the process lives. Of one that has ended only the series and the history count.
    public let isLive: Bool
    /// The process's number; 0 in place of processes that ended long ago.
    public let process: Int
    /// Seconds since 1970.
    public let startTime: Double
    /// How many exchanges may be live in the process.
    public let streamLimit: Int
    /// Which version of the file of keys is in force in the process; 0 if it uses none, or does not say.
    public let keysVersion: UInt64
    /// Which of its files the process cannot read, a bit each.
    public let unreadableFiles: UInt64
    /// How many exchanges are live, those included that found no place in ``exchanges``.
    public let live: Int
    /// The most exchanges that were live at once.
    public let mostLive: Int
    /// The live exchanges that have a place in the file, in no order.
    public let exchanges: [LiveExchange]
    /// In no order.
    public let intervals: [Interval]
    let series: [[UInt8]: Series]

    /// Reads a file of this layout; nil of any other.
    init?(reading descriptor: Int32, isLive: Bool) {
        self.init(isLive: isLive) { Self.read(descriptor, $0, $1, in: $2) }
    }

    /// This process's own.
    init?(of file: BoardFile) {
        self.init(isLive: true) { offset, count, _ in file.bytes(offset, count) }
    }

    /// - Parameter read: gives what stands at an offset, so many bytes or fewer, in whole pieces of a size.
    private init?(isLive: Bool, read: (_ offset: Int, _ count: Int, _ granularity: Int) -> [UInt8]) {
        let header = read(0, Layout.pageSize, Layout.pageSize)
        guard header.count == Layout.pageSize else { return nil }
        func word(_ word: Layout.HeaderWord) -> UInt64 {
            header.withUnsafeBytes { $0.load(fromByteOffset: word.rawValue * Layout.wordSize, as: UInt64.self) }
        }
        guard word(.magic) == Layout.magic else { return nil }
        self.isLive = isLive
        process = Int(Layout.number(word(.process)))
        startTime = Double(word(.startTime)) / 1e9
        streamLimit = Int(Layout.number(word(.streamLimit)))
        keysVersion = word(.keysVersion)
        unreadableFiles = word(.unreadableFiles)
        live = isLive ? Int(Layout.number(word(.live))) : 0
        mostLive = Int(Layout.number(word(.mostLive)))
        intervals = Interval.read(
            read(Layout.history, Layout.intervalCount * Layout.intervalSize, Layout.intervalSize))
        let placeCount = isLive ? min(Int(Layout.number(word(.placesUsed))), Layout.placeCount) : 0
        let places = read(Layout.places, placeCount * Layout.placeSize, Layout.placeSize)
        exchanges = places.withUnsafeBytes { places in
            stride(from: 0, to: places.count, by: Layout.placeSize).compactMap {
                LiveExchange(UnsafeRawBufferPointer(rebasing: places[$0..<$0 + Layout.placeSize]))
            }
        }
        var series: [[UInt8]: Series] = [:]
        let seriesCount = min(Int(Layout.number(word(.seriesUsed))), Layout.seriesCapacity)
        Series.read(read(Layout.series, seriesCount, Layout.wordSize)) { key, metric, values in
            series[key] = Series(key: key, metric: metric, values: values)
        }
        self.series = series
    }

    /// How many requests have ended.
    public var requests: UInt64 {
        series.values.reduce(0) { $1.metric == .requests ? $0.saturatingAdd($1.values[0]) : $0 }
    }

    /// The most exchanges that were live at once in each of some intervals, which follow one another. In one in which none
    /// began or ended there are as many as at the end of the last one in which one did.
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

    /// As much as the file has, in whole pieces.
    private static func read(_ descriptor: Int32, _ offset: Int, _ count: Int, in granularity: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...])
                let read = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + initialized))
                guard read > 0 else { break }
                initialized += read
            }
            initialized -= initialized % granularity
        }
    }
}
