/// Notices by their numbers (`sequence_number`) that events were lost or changed places on the way.
///
/// Numbers with several gaps are not the numbers of these events: a server that merges or filters events keeps the numbers
/// of the original ones.
struct EventOrder: Sendable {
    enum Position {
        /// It follows the last event, or has no number.
        case next
        /// It has the number of the last event.
        case same
        /// Events before it are missing.
        case afterGap
        /// It has the number of an earlier event.
        case late
    }

    /// The number of gaps after which the numbers are ignored.
    private static let tolerance = 3

    private var last: Int?
    /// How often a number followed the one before it.
    private var steps = 0
    /// Whether different events had the same number.
    private var repeats = false
    private(set) var gapCount = 0

    /// Whether events were lost and the numbers can be trusted.
    var hasGap: Bool { gapCount > 0 && !isIgnored }

    /// Whether the numbers have proved useless.
    var isIgnored: Bool { gapCount >= Self.tolerance }

    /// Whether an event with that number follows the last one.
    func continues(with number: Int?) -> Bool {
        guard let number, let last, !isIgnored else { return true }
        return number == last &+ 1
    }

    /// Takes the number of an event that follows the last one.
    mutating func take(next number: Int?) {
        guard let number else { return }
        last = number
        steps += 1
    }

    /// Notes that an event with the last number is another event: these numbers do not tell events apart.
    mutating func numbersRepeat() {
        repeats = true
    }

    /// Notes an event that cannot be read.
    mutating func lose(_ number: Int?) {
        last = number ?? last
        gapCount += 1
    }

    /// - Parameter number: the event's number; nil if it has none.
    mutating func take(_ number: Int?) -> Position {
        guard let number, !isIgnored else { return .next }
        guard let last else {
            self.last = number
            return .next
        }
        guard number > last else {
            guard number == last else { return .late }
            return steps > 1 && !repeats ? .same : .next
        }
        self.last = number
        guard number != last &+ 1 else {
            steps += 1
            return .next
        }
        gapCount += 1
        return .afterGap
    }
}
