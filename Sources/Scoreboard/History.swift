/// The intervals of the last hour in which a process was active.
struct History: Sendable {
    /// A ring buffer with an entry for each interval of an hour. The number of an unused entry is -1.
    private var ring = [Interval](repeating: Interval(number: -1), count: Interval.kept)

    /// Changes the interval at a moment. The first change in an interval replaces the interval from an hour ago.
    ///
    /// - Parameters:
    ///   - time: the moment, in nanoseconds since 1970.
    ///   - live: the number of live requests at the start of the interval.
    ///   - body: changes the interval.
    mutating func update(at time: UInt64, live: Int, _ body: (inout Interval) -> Void) {
        let number = Interval.number(at: time)
        let place = number % Interval.kept
        if ring[place].number != number {
            ring[place] = Interval(number: number)
            ring[place][.mostLive] = live
            ring[place][.liveAtEnd] = live
        }
        body(&ring[place])
    }

    /// Adds an interval of another process. If two intervals share an entry of the ring, the later one is kept.
    mutating func add(_ interval: Interval) {
        let place = interval.number % Interval.kept
        if ring[place].number == interval.number {
            ring[place].add(interval)
        } else if ring[place].number < interval.number {
            ring[place] = interval
        }
    }

    /// The intervals, in no particular order.
    var intervals: [Interval] { ring.filter { $0.number >= 0 } }

    /// Appends the intervals in the file format.
    func write(to words: inout [UInt64]) {
        for interval in ring where interval.number >= 0 { interval.write(to: &words) }
    }
}
