/// A series as it stands in a file: a metric with one value for each of its labels, and its numbers.
///
/// One word says which metric it is, how long the labels are and how many the numbers; then come the labels, in whole words,
/// and the numbers.
public struct Series: Sendable {
    /// What is counted.
    public let metric: Metric
    /// As many as the metric has labels.
    public let labels: [String]
    /// As many as the metric says; of a histogram how many values each bucket has, and their sum.
    public let values: [UInt64]

    private static let separator: UInt8 = 0x1F
    private static let longestLabel = 96

    /// The labels as the file has them, behind the metric's number: what tells one series from another.
    static func key(_ metric: Metric, _ labels: [String]) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(64)
        key.append(UInt8(metric.rawValue))
        for label in labels {
            key.append(separator)
            append(label, to: &key)
        }
        return key
    }

    private static func append(_ label: String, to key: inout [UInt8]) {
        var length = 0
        for scalar in label.unicodeScalars {
            let bytes = scalar.utf8
            guard length + bytes.count <= longestLabel else { return }
            length += bytes.count
            // What would break a line or a table may come from a client.
            if scalar.value < 0x20 || scalar.value == 0x7F { key.append(UInt8(ascii: "?")) } else { key += bytes }
        }
    }

    static func size(_ key: [UInt8], _ metric: Metric) -> Int {
        Layout.wordSize * (1 + words(key.count) + metric.width)
    }

    private static func words(_ count: Int) -> Int { (count + Layout.wordSize - 1) / Layout.wordSize }

    /// - Returns: where its numbers stand.
    static func write(_ key: [UInt8], _ metric: Metric, to record: UnsafeMutableRawPointer) -> UnsafeMutablePointer<
        UInt64
    > {
        let word = UInt64(metric.rawValue) | UInt64(key.count) << 16 | UInt64(metric.width) << 32
        record.storeBytes(of: word, as: UInt64.self)
        (record + Layout.wordSize).copyMemory(from: key, byteCount: key.count)
        let values = record + Layout.wordSize * (1 + words(key.count))
        return values.assumingMemoryBound(to: UInt64.self)
    }

    /// Reads the series of a file, one after the other, up to what does not fit this layout.
    static func read(_ bytes: [UInt8], _ each: (_ key: [UInt8], _ metric: Metric, _ values: [UInt64]) -> Void) {
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset + Layout.wordSize <= bytes.count {
                let word = bytes.load(fromByteOffset: offset, as: UInt64.self)
                let keyCount = Int(word >> 16 & 0xFFFF)
                let width = Int(word >> 32 & 0xFFFF)
                let valuesOffset = offset + Layout.wordSize * (1 + words(keyCount))
                let end = valuesOffset + Layout.wordSize * width
                guard let metric = Metric(rawValue: UInt16(word & 0xFFFF)), width == metric.width, end <= bytes.count
                else {
                    return
                }
                let start = offset + Layout.wordSize
                let key = Array(bytes[start..<start + keyCount])
                let values = (0..<width).map {
                    Layout.number(bytes.load(fromByteOffset: valuesOffset + $0 * Layout.wordSize, as: UInt64.self))
                }
                each(key, metric, values)
                offset = end
            }
        }
    }

    init(key: [UInt8], metric: Metric, values: [UInt64]) {
        self.metric = metric
        self.values = values
        labels = key.split(separator: Self.separator, omittingEmptySubsequences: false).dropFirst()
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// How many values a histogram has.
    public var count: UInt64 { values.dropLast().reduce(0) { $0.saturatingAdd($1) } }

    /// The sum of a histogram's values, in the unit of its bounds.
    public var sum: Double { Double(values.last ?? 0) / (metric.bounds?.sumScale ?? 1) }

    /// The value of a histogram that a share of all values does not exceed, as near as the buckets tell: where it would be if
    /// a bucket's values lay evenly. Nil when there are none.
    ///
    /// - Parameter share: from 0 to 1.
    public func quantile(_ share: Double) -> Double? {
        guard let bounds = metric.bounds?.values, count > 0 else { return nil }
        let rank = share * Double(count)
        var below = 0.0
        for (index, value) in values.dropLast().enumerated() where value > 0 {
            if below + Double(value) >= rank {
                guard index < bounds.count else { break }
                let lower = index == 0 ? 0 : bounds[index - 1]
                return lower + (bounds[index] - lower) * max(0, rank - below) / Double(value)
            }
            below += Double(value)
        }
        return bounds.last
    }

    /// The same with nothing counted.
    public var emptied: Series { Series(self, values: values.map { _ in 0 }) }

    /// Adds up what counts the same.
    public static func += (sum: inout Series, other: Series) {
        sum = Series(sum, values: zip(sum.values, other.values).map { $0 &+ $1 })
    }

    private init(_ series: Series, values: [UInt64]) {
        metric = series.metric
        labels = series.labels
        self.values = values
    }
}
