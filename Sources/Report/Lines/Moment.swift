/// Moments in UTC (RFC 3339, ISO 8601), in seconds since 1970.
enum Moment {
    static let secondsPerDay = 24 * 3600

    /// Reads `2026-11-24T10:00:00` at an offset, and leaves what follows to others: the log writes UTC.
    ///
    /// - Returns: nil of anything else.
    static func read(_ text: RawSpan, at offset: Int) -> Int? {
        guard offset + 19 <= text.byteCount, let day = readDay(text, at: offset),
            text[offset + 10] == UInt8(ascii: "T"), text[offset + 13] == UInt8(ascii: ":"),
            text[offset + 16] == UInt8(ascii: ":"), let hour = twoDigits(text, offset + 11), hour < 24,
            let minute = twoDigits(text, offset + 14), minute < 60, let second = twoDigits(text, offset + 17),
            second <= 60
        else { return nil }
        return day * secondsPerDay + hour * 3600 + minute * 60 + second
    }

    /// Reads `2026-11-24` at an offset, as days since 1970.
    static func readDay(_ text: RawSpan, at offset: Int) -> Int? {
        guard offset + 10 <= text.byteCount, text[offset + 4] == UInt8(ascii: "-"),
            text[offset + 7] == UInt8(ascii: "-"), let century = twoDigits(text, offset),
            let year = twoDigits(text, offset + 2), let month = twoDigits(text, offset + 5),
            let day = twoDigits(text, offset + 8), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let days = Self.days(year: century * 100 + year, month: month, day: day)
        // Of a day that its month does not have, another is made.
        return days >= 0 && date(ofDay: days).day == day ? days : nil
    }

    /// A day as `2026-11-24`.
    static func text(ofDay days: Int) -> String {
        let (year, month, day) = date(ofDay: days)
        return "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))"
    }

    /// An hour as `2026-11-24 10:00`.
    static func text(ofHour hours: Int) -> String {
        "\(text(ofDay: hours / 24)) \((hours % 24).padded(2)):00"
    }

    @inline(__always)
    private static func twoDigits(_ text: RawSpan, _ offset: Int) -> Int? {
        let (tens, ones) = (Int(text[offset]) - 48, Int(text[offset + 1]) - 48)
        guard (0..<10).contains(tens), (0..<10).contains(ones) else { return nil }
        return tens * 10 + ones
    }

    /// Days since 1970 in the Gregorian calendar, by counting years from March on, so that a leap day is a year's last.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    /// The other way round.
    private static func date(ofDay days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension Int {
    /// At least so many digits, with zeros before them.
    func padded(_ count: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, count - digits.utf8.count)) + digits
    }
}
