internal import Models

/// Times in UTC (RFC 3339, ISO 8601), in seconds since 1970.
enum Moment {
    static let secondsPerDay = 24 * 3600

    /// Reads `2026-11-24T10:00:00` at an offset. Ignores the rest, because the log's times are in UTC.
    ///
    /// - Returns: nil if there is no such time.
    static func read(_ text: RawSpan, at offset: Int) -> Int? {
        guard offset + 19 <= text.byteCount, let day = readDay(text, at: offset),
            text[offset + 10] == UInt8(ascii: "T"), text[offset + 13] == UInt8(ascii: ":"),
            text[offset + 16] == UInt8(ascii: ":"), let hour = twoDigits(text, offset + 11), hour < 24,
            let minute = twoDigits(text, offset + 14), minute < 60, let second = twoDigits(text, offset + 17),
            second <= 60
        else { return nil }
        return day.daysSince1970 * secondsPerDay + hour * 3600 + minute * 60 + second
    }

    /// Reads `2026-11-24` at an offset; nil if there is no such day.
    static func readDay(_ text: RawSpan, at offset: Int) -> Day? {
        guard offset + 10 <= text.byteCount, text[offset + 4] == UInt8(ascii: "-"),
            text[offset + 7] == UInt8(ascii: "-"), let century = twoDigits(text, offset),
            let year = twoDigits(text, offset + 2), let month = twoDigits(text, offset + 5),
            let day = twoDigits(text, offset + 8)
        else { return nil }
        return Day(year: century * 100 + year, month: month, day: day)
    }

    /// An hour as `2026-11-24 10:00`.
    static func text(ofHour hours: Int) -> String {
        "\(Day(daysSince1970: hours / 24)) \((hours % 24).padded(2)):00"
    }

    @inline(__always)
    private static func twoDigits(_ text: RawSpan, _ offset: Int) -> Int? {
        let (tens, ones) = (Int(text[offset]) - 48, Int(text[offset + 1]) - 48)
        guard (0..<10).contains(tens), (0..<10).contains(ones) else { return nil }
        return tens * 10 + ones
    }
}

extension Int {
    /// At least `count` digits, padded with leading zeros.
    func padded(_ count: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, count - digits.utf8.count)) + digits
    }
}
