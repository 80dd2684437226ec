/// What several processes have done, together.
public struct Totals: Sendable {
    private var bySeries: [[UInt8]: Series] = [:]
    private var byInterval: [Int: Interval] = [:]
    private let byMetric: [Metric: [Series]]

    /// Adds up.
    ///
    /// - Parameter snapshots: live processes' and ended ones'.
    public init(_ snapshots: [Snapshot]) {
        for snapshot in snapshots {
            for (key, series) in snapshot.series { bySeries[key, default: series.emptied] += series }
            for interval in snapshot.intervals {
                byInterval[interval.number, default: Interval(number: interval.number)].add(interval)
            }
        }
        let ordered = bySeries.filter { $0.value.values.contains { $0 > 0 } }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        byMetric = Dictionary(grouping: ordered, by: \.metric)
    }

    /// The series of one metric, in the order of their labels. None of them is all zero.
    public func series(of metric: Metric) -> [Series] { byMetric[metric] ?? [] }

    /// What was done in an interval; nil when nothing was noted in it.
    public func interval(_ number: Int) -> Interval? { byInterval[number] }

    /// The same as a file: that of no process, for those that have ended.
    var file: [UInt8] {
        var file = [UInt8](repeating: 0, count: Layout.series)
        var records: [UInt8] = []
        for (key, series) in bySeries where series.values.contains(where: { $0 > 0 }) {
            let size = Series.size(key, series.metric)
            guard records.count + size <= Layout.seriesCapacity else { continue }
            var record = [UInt8](repeating: 0, count: size)
            record.withUnsafeMutableBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                let values = Series.write(key, series.metric, to: start)
                values.update(from: series.values, count: series.values.count)
            }
            records += record
        }
        file.withUnsafeMutableBytes { bytes in
            func store(_ value: UInt64, _ offset: Int) {
                bytes.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
            }
            store(Layout.magic, Layout.HeaderWord.magic.rawValue * Layout.wordSize)
            store(UInt64(records.count), Layout.HeaderWord.seriesUsed.rawValue * Layout.wordSize)
            // What belongs to one place of the history is an hour apart; the later one stays.
            for interval in byInterval.values.sorted(by: { $0.number < $1.number }) {
                let offset = Layout.history + interval.number % Layout.intervalCount * Layout.intervalSize
                for (index, word) in interval.words.enumerated() { store(word, offset + index * Layout.wordSize) }
            }
        }
        return file + records
    }
}
