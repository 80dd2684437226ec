/// A time series: the values of a metric for one combination of labels.
public struct Series: Sendable {
    /// The metric.
    public let metric: Metric
    /// The values of the metric's labels, in order.
    public let labels: [String]
    /// The numbers. For a histogram, the number of values in each bucket, and their sum.
    public let values: [UInt64]

    private static let separator: UInt8 = 0x1F
    private static let longestLabel = 96

    /// Creates the key that identifies a series: the metric's number and the labels, with a separator before each.
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
            // Labels may come from clients, so control characters, which could break a line or a table, are replaced.
            if scalar.value < 0x20 || scalar.value == 0x7F { key.append(UInt8(ascii: "?")) } else { key += bytes }
        }
    }

    /// Whether bytes from a file are a key that ``key(_:_:)`` could have created.
    static func isKey(_ key: [UInt8], of metric: Metric) -> Bool {
        let labels = labels(in: key)
        return key.first == UInt8(metric.rawValue) && labels.count == metric.labels.count
            && labels.allSatisfy { $0.count <= longestLabel && $0.allSatisfy(isHarmless) }
            && String(validating: key.dropFirst(), as: UTF8.self) != nil
    }

    private static func labels(in key: [UInt8]) -> ArraySlice<ArraySlice<UInt8>> {
        key.dropFirst().split(separator: separator, omittingEmptySubsequences: false).dropFirst()
    }

    /// Whether a byte is not a control character.
    private static func isHarmless(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F }

    init(key: [UInt8], metric: Metric, values: [UInt64]) {
        self.metric = metric
        self.values = values
        labels = Self.labels(in: key).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The number of values in a histogram.
    public var count: UInt64 { values.dropLast().reduce(0) { $0.saturatingAdd($1) } }

    /// The sum of a histogram's values, in the unit of its bounds.
    public var sum: Double { Double(values.last ?? 0) / (metric.bounds?.sumScale ?? 1) }

    /// Estimates a quantile of a histogram's values: the value that a given share of all values does not exceed. The values in
    /// a bucket are assumed to be distributed evenly.
    ///
    /// - Parameter share: the share, from 0 to 1.
    /// - Returns: the quantile, in the unit of the bounds, and at most the highest bound; nil if there are no values.
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

    /// The same series with all values 0.
    public var emptied: Series { Series(self, values: values.map { _ in 0 }) }

    /// Adds the values of another series of the same metric.
    public static func += (sum: inout Series, other: Series) {
        sum = Series(sum, values: zip(sum.values, other.values).map { $0.saturatingAdd($1) })
    }

    private init(_ series: Series, values: [UInt64]) {
        metric = series.metric
        labels = series.labels
        self.values = values
    }
}
