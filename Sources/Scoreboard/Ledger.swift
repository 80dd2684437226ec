internal import Glibc

/// The counts and histograms of a scoreboard: each a series of numbers that begins with its first use and is added to where
/// it stands.
public struct Ledger {
    private let file: BoardFile
    private let clock: Clock
    private var series: [[UInt8]: UnsafeMutablePointer<UInt64>] = [:]
    private var used = 0
    private var reserved = 0

    /// Where what finds no room is counted, by metric: those who can choose a label must not take the others' counts away.
    private var others: [UnsafeMutablePointer<UInt64>] = []

    init(_ file: BoardFile, _ clock: Clock) throws(ScoreboardError) {
        self.file = file
        self.clock = clock
        for metric in Metric.allCases {
            guard let series = begin(metric, Series.key(metric, metric.labels.map { _ in "other" })) else {
                throw ScoreboardError("make a scoreboard", ENOSPC)
            }
            others.append(series)
        }
    }

    /// Adds to a series.
    ///
    /// - Parameters:
    ///   - values: one number, or as many as the metric has.
    ///   - metric: one that counts; for histograms there is ``observe(_:in:_:)``.
    ///   - labels: as many as the metric has.
    public mutating func add(_ values: Int..., to metric: Metric, _ labels: String...) {
        let series = series(metric, labels)
        for (index, value) in values.enumerated() { series[index] &+= UInt64(clamping: value) }
    }

    /// Adds a value to a histogram, in the unit of its bounds.
    public mutating func observe(_ value: Double, in metric: Metric, _ labels: String...) {
        guard let bounds = metric.bounds else { return }
        let series = series(metric, labels)
        series[bounds.bucket(of: value)] &+= 1
        series[bounds.values.count + 1] &+= UInt64(clamping: value * bounds.sumScale)
    }

    /// The mean of a histogram's values so far; nil when there are none.
    public func mean(of metric: Metric, _ labels: String...) -> Double? {
        guard let bounds = metric.bounds, let series = series[Series.key(metric, labels)] else { return nil }
        let count = (0...bounds.values.count).reduce(UInt64(0)) { $0.saturatingAdd(series[$1]) }
        return count == 0 ? nil : Double(series[bounds.values.count + 1]) / bounds.sumScale / Double(count)
    }

    /// Adds a request to the history.
    ///
    /// - Parameters:
    ///   - isError: whether it failed.
    ///   - inputTokens: what upstream says that its prompt had.
    ///   - outputTokens: what upstream says that its reply had.
    ///   - firstByte: seconds until the reply's first byte; nil if there was none.
    public func addToHistory(isError: Bool, inputTokens: Int, outputTokens: Int, firstByte: Double?) {
        let interval = RunningInterval(file, at: clock.stamp())
        interval.add(1, to: .requests)
        if isError { interval.add(1, to: .errors) }
        interval.add(inputTokens, to: .inputTokens)
        interval.add(outputTokens, to: .outputTokens)
        guard let firstByte else { return }
        interval.add(Int(clamping: UInt64(clamping: firstByte * 1000)), to: .firstByteMilliseconds)
        interval.add(1, to: .firstByteCount)
    }

    private mutating func series(_ metric: Metric, _ labels: [String]) -> UnsafeMutablePointer<UInt64> {
        let key = Series.key(metric, labels)
        return series[key] ?? begin(metric, key) ?? others[Int(metric.rawValue) - 1]
    }

    /// Nil when there is no room.
    private mutating func begin(_ metric: Metric, _ key: [UInt8]) -> UnsafeMutablePointer<UInt64>? {
        let size = Series.size(key, metric)
        if used + size > reserved {
            guard reserved + Layout.step <= Layout.seriesCapacity, file.reserve(Layout.series + reserved, Layout.step)
            else { return nil }
            reserved += Layout.step
        }
        let values = Series.write(key, metric, to: file.pointer(Layout.series + used))
        series[key] = values
        used += size
        file.publish(UInt64(used), as: .seriesUsed)
        return values
    }
}
