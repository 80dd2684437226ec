/// Series in the file format, with an index by metric and labels.
///
/// A series begins with a word for its metric, the length of its key and the number of its values. The key follows, padded to
/// whole words, and then the values.
struct SeriesTable: Sendable {
    private(set) var words: [UInt64] = []
    /// The position of each series' values, by its key.
    private var positions: [[UInt8]: Int] = [:]
    /// The position of the values of each metric's series `other`. If the table is full, new series are counted there: a caller
    /// that can choose labels must not be able to displace other callers' counts.
    private var others: [Int] = []
    /// The size of each metric's series, in words. Each metric has its own room: many labels of one metric must not displace
    /// the series of another.
    private var sizes = [Int](repeating: 0, count: Metric.allCases.count)
    private let capacity: Int

    /// Creates a table that contains only the series `other` of each metric.
    ///
    /// - Parameter capacity: the maximum size, in words; nil for no limit. The series `other` exist even if it is smaller.
    init(capacity: Int?) {
        self.capacity = capacity ?? .max
        others = Metric.allCases.map { metric in
            append(metric, Series.key(metric, metric.labels.map { _ in "other" }))
        }
    }

    /// Returns the position of a series' values. A new series is added if there is room; otherwise the position of the metric's
    /// series `other` is returned.
    mutating func position(of metric: Metric, _ key: [UInt8]) -> Int {
        if let position = positions[key] { return position }
        let size = 1 + key.count.wordsForBytes + metric.width
        let index = Int(metric.rawValue) - 1
        guard size <= capacity / Metric.shareDenominator * metric.share - sizes[index] else { return others[index] }
        return append(metric, key)
    }

    /// The values of a series; nil if the table does not contain it.
    func numbers(of metric: Metric, _ key: [UInt8]) -> ArraySlice<UInt64>? {
        positions[key].map { words[$0..<$0 + metric.width] }
    }

    /// Adds to a value, which is limited to ``Layout/largestNumber``.
    mutating func add(_ count: UInt64, at position: Int) {
        words[position] = min(words[position].saturatingAdd(count), Layout.largestNumber)
    }

    private mutating func append(_ metric: Metric, _ key: [UInt8]) -> Int {
        sizes[Int(metric.rawValue) - 1] += 1 + key.count.wordsForBytes + metric.width
        words.append(UInt64(metric.rawValue) | UInt64(key.count) << 16 | UInt64(metric.width) << 32)
        words.append(packing: key)
        positions[key] = words.count
        words += repeatElement(0, count: metric.width)
        return words.count - metric.width
    }
}

extension SeriesTable {
    /// Adds the values of other series, which may come from a file. Invalid series are skipped.
    mutating func add(_ words: ArraySlice<UInt64>) {
        Self.read(words) { metric, key, numbers in
            let position = position(of: metric, key)
            for (index, number) in numbers.enumerated() where number > 0 { add(number, at: position + index) }
        }
    }

    /// All series with at least one value that is not 0, in the order of their keys.
    var used: [Series] {
        var series: [(key: [UInt8], series: Series)] = []
        Self.read(words[...]) { metric, key, numbers in
            guard numbers.contains(where: { $0 > 0 }) else { return }
            series.append((key, Series(key: key, metric: metric, values: Array(numbers))))
        }
        return series.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.series)
    }

    /// The sum of the first value over all series of a metric.
    func sum(of metric: Metric) -> UInt64 {
        var sum: UInt64 = 0
        Self.read(words[...]) { other, _, numbers in
            if other == metric { sum = sum.saturatingAdd(numbers.first ?? 0) }
        }
        return sum
    }

    /// Reads series from words that may come from a file, and skips invalid ones.
    private static func read(
        _ words: ArraySlice<UInt64>, _ each: (_ metric: Metric, _ key: [UInt8], _ numbers: ArraySlice<UInt64>) -> Void
    ) {
        var rest = words
        while let word = rest.first {
            let keyCount = Int(word >> 16 & 0xFFFF)
            let width = Int(word >> 32 & 0xFFFF)
            let size = 1 + keyCount.wordsForBytes + width
            guard size <= rest.count else { return }
            let record = rest.prefix(size)
            rest = rest.dropFirst(size)
            // A later version of this program may have more metrics.
            guard let metric = Metric(rawValue: UInt16(truncatingIfNeeded: word)), width == metric.width else {
                continue
            }
            let key = record.dropFirst().unpacked(keyCount)
            guard Series.isKey(key, of: metric) else { continue }
            each(metric, key, record.suffix(width))
        }
    }
}
