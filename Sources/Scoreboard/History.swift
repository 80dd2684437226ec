/// The intervals of the last hour in which a process did something.
struct History: Sendable {
    /// A ring with a place for each interval of an hour. The number of an unused place is -1.
    private var ring = [Interval](repeating: Interval(number: -1), count: Interval.kept)

    /// Changes the interval of a moment. The first change in an interval replaces the one of an hour ago.
    ///
    /// - Parameters:
    ///   - time: the moment, in nanoseconds since 1970.
    ///   - live: how many exchanges were live when the interval began.
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

    /// Adds an interval of another process. Of two intervals with the same place the later one is kept.
    mutating func add(_ interval: Interval) {
        let place = interval.number % Interval.kept
        if ring[place].number == interval.number {
            ring[place].add(interval)
        } else if ring[place].number < interval.number {
            ring[place] = interval
        }
    }

    /// In no order.
    var intervals: [Interval] { ring.filter { $0.number >= 0 } }

    /// Appends the intervals in the form that files have.
    func write(to words: inout [UInt64]) {
        for interval in ring where interval.number >= 0 { interval.write(to: &words) }
    }
}
