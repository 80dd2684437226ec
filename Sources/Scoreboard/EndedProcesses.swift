/// The totals of processes that have ended. If a file has no room for a series, it is counted in its metric's series `other`,
/// so that no count is lost.
struct EndedProcesses {
    private var series = SeriesTable(capacity: Layout.seriesCapacity)
    private var history = History()
    /// The identities of the scoreboards that are included and whose files may still exist.
    var added: Set<UInt64> = []

    /// The latest accepted interval. Later ones are ignored: they come from a process whose clock was wrong, and would replace
    /// the last hour.
    private let latest: Int

    /// - Parameters:
    ///   - past: the totals so far; nil if there are none.
    ///   - time: the current time, in nanoseconds since 1970.
    init(_ past: Snapshot?, at time: UInt64) {
        latest = Interval.number(at: time) + 1
        if let past { add(past) }
        added = past?.added ?? []
    }

    mutating func add(_ snapshot: Snapshot) {
        series.add(snapshot.series.words[...])
        for interval in snapshot.intervals where interval.number <= latest { history.add(interval) }
        added.insert(snapshot.identity)
    }

    var image: Image {
        Image { image in
            image.section(.history) { history.write(to: &$0) }
            image.section(.series) { $0 += series.words }
            image.section(.added) { $0 += added.sorted() }
        }
    }
}
