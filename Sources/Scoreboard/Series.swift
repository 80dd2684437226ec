/// A series: a metric with one value for each of its labels, and its numbers.
public struct Series: Sendable {
    /// What is counted.
    public let metric: Metric
    /// As many as the metric has labels.
    public let labels: [String]
    /// As many as the metric says; of a histogram how many values each bucket has, and their sum.
    public let values: [UInt64]

    private static let separator: UInt8 = 0x1F
    private static let longestLabel = 96

    /// Identifies a series: the metric's number and the labels, with a separator before each.
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

    /// Whether bytes from a file are a key that ``key(_:_:)`` could have made.
    static func isKey(_ key: [UInt8], of metric: Metric) -> Bool {
        let labels = labels(in: key)
        return key.first == UInt8(metric.rawValue) && labels.count == metric.labels.count
            && labels.allSatisfy { $0.count <= longestLabel && $0.allSatisfy(isHarmless) }
            && String(validating: key.dropFirst(), as: UTF8.self) != nil
    }

    private static func labels(in key: [UInt8]) -> ArraySlice<ArraySlice<UInt8>> {
        key.dropFirst().split(separator: separator, omittingEmptySubsequences: false).dropFirst()
    }

    /// Whether a byte is no control character, which could break a line or a table.
    private static func isHarmless(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F }

    init(key: [UInt8], metric: Metric, values: [UInt64]) {
        self.metric = metric
        self.values = values
        labels = Self.labels(in: key).map { String(decoding: $0, as: UTF8.self) }
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
        sum = Series(sum, values: zip(sum.values, other.values).map { $0.saturatingAdd($1) })
    }

    private init(_ series: Series, values: [UInt64]) {
        metric = series.metric
        labels = series.labels
        self.values = values
    }
}
