/// Notices by their numbers (`sequence_number`) that events were lost, doubled or changed places on the way.
///
/// Numbers with several irregularities are not the numbers of these events: some servers number all deltas alike, or merge
/// events and keep the numbers of the original ones.
struct EventOrder: Sendable {
    enum Position {
        /// It follows the last event, or has no number.
        case next
        /// Events before it are missing, or it has the number of the last event.
        case irregular
        /// It has the number of an earlier event.
        case late
    }

    /// The number of irregularities after which the numbers are ignored.
    private static let tolerance = 3

    private var last: Int?
    private var irregularities = 0

    /// How many events are missing before the current one.
    private(set) var missing = 0
    /// How many were missing at the last irregularity.
    private(set) var lastMissing = 0

    /// Whether nothing was irregular so far.
    var isRegular: Bool { irregularities == 0 }

    /// Whether the numbers have proved useless.
    var isIgnored: Bool { irregularities >= Self.tolerance }

    /// Whether an event with that number follows the last one.
    func continues(with number: Int?) -> Bool {
        guard let number, let last, !isIgnored else { return true }
        return number == last &+ 1
    }

    /// Takes the number of an event that follows the last one.
    mutating func take(next number: Int?) {
        missing = 0
        if let number { last = number }
    }

    /// Notes an event that cannot be read.
    mutating func lose(_ number: Int?) {
        last = number ?? last
        (missing, lastMissing) = (1, 1)
        irregularities += 1
    }

    /// - Parameter number: the event's number; nil if it has none.
    mutating func take(_ number: Int?) -> Position {
        missing = 0
        guard let number, !isIgnored else { return .next }
        guard let last else {
            self.last = number
            return .next
        }
        guard number >= last else { return .late }
        self.last = number
        guard number != last &+ 1 else { return .next }
        let (distance, overflows) = number.subtractingReportingOverflow(last)
        missing = overflows ? .max : max(0, distance - 1)
        lastMissing = missing
        irregularities += 1
        return .irregular
    }
}
