/// The counts and histograms of a scoreboard, and its last hour.
public struct Ledger: Sendable {
    private let clock: Clock
    private(set) var series = SeriesTable(capacity: Layout.seriesCapacity)
    private(set) var history = History()
    /// How many exchanges are live.
    private var live = 0

    init(_ clock: Clock) {
        self.clock = clock
    }

    /// Adds to a series.
    ///
    /// - Parameters:
    ///   - values: one for each value of the metric's series. Negative ones count as 0.
    ///   - metric: any but a histogram; see ``observe(_:in:_:)``.
    ///   - labels: the values of the metric's labels, in their order.
    public mutating func add(_ values: Int..., to metric: Metric, _ labels: String...) {
        let position = series.position(of: metric, Series.key(metric, labels))
        for (index, value) in values.prefix(metric.width).enumerated() {
            series.add(UInt64(clamping: value), at: position + index)
        }
    }

    /// Adds a value to a histogram.
    ///
    /// - Parameters:
    ///   - value: in the unit of the metric's bounds. Negative values and NaN count as 0.
    ///   - metric: a histogram; for others see ``add(_:to:_:)``.
    ///   - labels: the values of the metric's labels, in their order.
    public mutating func observe(_ value: Double, in metric: Metric, _ labels: String...) {
        guard let bounds = metric.bounds else { return }
        let position = series.position(of: metric, Series.key(metric, labels))
        series.add(1, at: position + bounds.bucket(of: value))
        series.add(UInt64(clamping: value * bounds.sumScale), at: position + bounds.values.count + 1)
    }

    /// The mean of a histogram's values so far; nil if there are none.
    ///
    /// - Parameters:
    ///   - metric: a histogram.
    ///   - labels: the values of the metric's labels, in their order.
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
    ///   - inputTokens: what upstream says that its prompt had.
    ///   - outputTokens: what upstream says that its reply had.
    ///   - firstByte: seconds until the reply's first byte; nil if there was none.
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

    /// Notes in the history how many exchanges are live now.
    mutating func note(live count: Int) {
        history.update(at: clock.stamp(), live: live) { interval in
            interval[.liveAtEnd] = count
            interval[.mostLive] = max(interval[.mostLive], count)
        }
        live = count
    }
}
