/// A calendar day in UTC. A model is shut down at the start of its shutdown date.
public struct Day: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Number of days since 1970-01-01; negative before that.
    public let daysSince1970: Int

    /// - Parameter daysSince1970: negative for days before 1970-01-01.
    public init(daysSince1970: Int) {
        self.daysSince1970 = daysSince1970
    }

    /// The day of a point in time.
    ///
    /// - Parameter seconds: Unix time; negative before 1970.
    public init(secondsSince1970 seconds: Int) {
        daysSince1970 = seconds >= 0 ? seconds / 86_400 : (seconds + 1) / 86_400 - 1
    }

    /// Reads `2026-12-11` (ISO 8601), for the years 1970 to 9999. Nil for anything else, and for a day that does not exist.
    public init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2] else { return nil }
        let numbers = parts.compactMap { Self.number($0) }
        guard numbers.count == 3, numbers[0] >= 1970 else { return nil }
        self.init(year: numbers[0], month: numbers[1], day: numbers[2])
    }

    /// A day by its numbers. Nil if there is no such day, or if it is before 1970.
    public init?(year: Int, month: Int, day: Int) {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Howard Hinnant's days_from_civil: years begin in March, so that a leap day is a year's last.
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        daysSince1970 = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        guard date.day == day else { return nil }
    }

    /// The number of days from this day to another; negative if the other day is earlier.
    public func days(until other: Day) -> Int {
        other.daysSince1970 &- daysSince1970
    }

    public static func < (one: Day, other: Day) -> Bool {
        one.daysSince1970 < other.daysSince1970
    }

    /// As in `2026-12-11`.
    public var description: String {
        let (year, month, day) = date
        return [(year, 4), (month, 2), (day, 2)].map { number, width in
            let digits = String(number)
            return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
        }.joined(separator: "-")
    }

    /// Howard Hinnant's civil_from_days.
    private var date: (year: Int, month: Int, day: Int) {
        let shifted = daysSince1970 &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
