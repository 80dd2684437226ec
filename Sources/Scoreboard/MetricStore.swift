internal import Threads

/// The counters and histograms of a scoreboard, and the history of its last hour.
public struct MetricStore: Sendable {
    private let clock: Clock
    private(set) var series = SeriesTable(capacity: Layout.seriesCapacity)
    private(set) var history = History()
    /// The number of live requests.
    private var live = 0

    init(_ clock: Clock) {
        self.clock = clock
    }

    /// Adds to a series.
    ///
    /// - Parameters:
    ///   - values: one for each value of the metric's series. Negative values count as 0.
    ///   - metric: any metric except a histogram; see ``observe(_:in:_:)``.
    ///   - labels: the values of the metric's labels, in order.
    public mutating func add(_ values: Int..., to metric: Metric, _ labels: String...) {
        let position = series.position(of: metric, Series.key(metric, labels))
        for (index, value) in values.prefix(metric.width).enumerated() {
            series.add(UInt64(clamping: value), at: position + index)
        }
    }

    /// Adds a value to a histogram.
    ///
    /// - Parameters:
    ///   - value: the value, in the unit of the metric's bounds. Negative values and NaN count as 0.
    ///   - metric: a histogram; for other metrics see ``add(_:to:_:)``.
    ///   - labels: the values of the metric's labels, in order.
    public mutating func observe(_ value: Double, in metric: Metric, _ labels: String...) {
        guard let bounds = metric.bounds else { return }
        let position = series.position(of: metric, Series.key(metric, labels))
        series.add(1, at: position + bounds.bucket(of: value))
        series.add(UInt64(clamping: value * bounds.sumScale), at: position + bounds.values.count + 1)
    }

    /// Calculates the mean of a histogram's values so far.
    ///
    /// - Parameters:
    ///   - metric: a histogram.
    ///   - labels: the values of the metric's labels, in order.
    /// - Returns: the mean, in the unit of the metric's bounds; nil if there are no values.
    public func mean(of metric: Metric, _ labels: String...) -> Double? {
        guard let bounds = metric.bounds, let numbers = series.numbers(of: metric, Series.key(metric, labels)),
            let sum = numbers.last
        else { return nil }
        let count = numbers.dropLast().reduce(UInt64(0)) { $0.saturatingAdd($1) }
        return count == 0 ? nil : Double(sum) / bounds.sumScale / Double(count)
    }

    /// Adds a request to the history.
    ///
    /// - Parameters:
    ///   - isError: whether it failed.
    ///   - inputTokens: its input tokens, as counted by upstream.
    ///   - outputTokens: its output tokens, as counted by upstream.
    ///   - firstByte: the time until the response's first byte, in seconds; nil if there was none.
    public mutating func addToHistory(isError: Bool, inputTokens: Int, outputTokens: Int, firstByte: Double?) {
        history.update(at: clock.stamp(), live: live) { interval in
            interval.add(1, to: .requests)
            if isError { interval.add(1, to: .errors) }
            interval.add(inputTokens, to: .inputTokens)
            interval.add(outputTokens, to: .outputTokens)
            guard let firstByte else { return }
            interval.add(Int(clamping: UInt64(clamping: firstByte * 1000)), to: .firstByteMilliseconds)
            interval.add(1, to: .firstByteCount)
        }
    }

    /// Records the current number of live requests in the history.
    mutating func note(live count: Int) {
        history.update(at: clock.stamp(), live: live) { interval in
            interval[.liveAtEnd] = count
            interval[.mostLive] = max(interval[.mostLive], count)
        }
        live = count
    }
}
