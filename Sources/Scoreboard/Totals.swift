/// What several processes have done, together.
public struct Totals: Sendable {
    private var byInterval: [Int: Interval] = [:]
    private let byMetric: [Metric: [Series]]

    /// Adds up.
    ///
    /// - Parameter snapshots: live processes' and ended ones'.
    public init(_ snapshots: [Snapshot]) {
        var table = SeriesTable(capacity: .max)
        for snapshot in snapshots {
            table.add(snapshot.series.words[...])
            for interval in snapshot.intervals {
                byInterval[interval.number, default: Interval(number: interval.number)].add(interval)
            }
        }
        byMetric = Dictionary(grouping: table.used, by: \.metric)
    }

    /// The series of one metric that are not zero throughout, in the order of their labels.
    public func series(of metric: Metric) -> [Series] { byMetric[metric] ?? [] }

    /// What was done in an interval; nil if nothing is known of it.
    public func interval(_ number: Int) -> Interval? { byInterval[number] }
}
