/// The totals of several processes.
public struct Totals: Sendable {
    private var byInterval: [Int: Interval] = [:]
    private let byMetric: [Metric: [Series]]

    /// Adds up snapshots.
    ///
    /// - Parameter snapshots: the snapshots of running and ended processes.
    public init(_ snapshots: [Snapshot]) {
        var table = SeriesTable(capacity: nil)
        for snapshot in snapshots {
            table.add(snapshot.series.words[...])
            for interval in snapshot.intervals {
                byInterval[interval.number, default: Interval(number: interval.number)].add(interval)
            }
        }
        byMetric = Dictionary(grouping: table.used, by: \.metric)
    }

    /// Returns the series of one metric that have at least one value other than 0.
    ///
    /// - Parameter metric: the metric.
    /// - Returns: the series, in the order of their labels.
    public func series(of metric: Metric) -> [Series] { byMetric[metric] ?? [] }

    /// Returns the total of one interval.
    ///
    /// - Parameter number: the interval's number.
    /// - Returns: the total; nil if no process was active in the interval.
    public func interval(_ number: Int) -> Interval? { byInterval[number] }
}
