public import Models

/// The requests that a report includes, and how it groups them.
public struct Selection: Sendable {
    /// A column by which requests are grouped.
    public enum Dimension: String, Sendable, CaseIterable {
        /// A column of the log with its name there; the model is the one sent upstream, the day is in UTC.
        case caller, model, day, route, status, error
    }

    /// The columns of a row's key, in order.
    let dimensions: [Dimension]
    /// In seconds since 1970; requests that ended at this time or later are included.
    let since: Int?
    /// In seconds since 1970; requests that ended at this time or later are excluded.
    let until: Int?
    private let callers: [ModelPattern]
    private let models: [ModelPattern]
    let catalogue: Catalogue

    /// - Parameters:
    ///   - dimensions: the columns to group requests by; duplicates are ignored.
    ///   - since: the first time that is included; nil for the log's beginning.
    ///   - until: the first time that is excluded; nil for the log's end.
    ///   - callers: the names of callers to include, in which `*` matches any run of characters; if empty, all.
    ///   - models: the names of upstream models to include, in the same way.
    ///   - catalogue: the prices of tokens.
    public init(
        by dimensions: [Dimension], since: TimeLimit?, until: TimeLimit?, callers: [String], models: [String],
        catalogue: Catalogue
    ) {
        self.dimensions = dimensions.enumerated().filter { dimensions.firstIndex(of: $1) == $0 }.map(\.element)
        self.since = since?.start
        self.until = until?.end
        self.callers = callers.map { ModelPattern($0) }
        self.models = models.map { ModelPattern($0) }
        self.catalogue = catalogue
    }

    func includes(time: Int) -> Bool {
        time >= since ?? .min && time < until ?? .max
    }

    func includes(caller: String?) -> Bool {
        Self.matches(caller, callers)
    }

    func includes(model: String?) -> Bool {
        Self.matches(model, models)
    }

    private static func matches(_ name: String?, _ patterns: [ModelPattern]) -> Bool {
        patterns.isEmpty || patterns.contains { pattern in name.map { pattern.matches($0) } ?? false }
    }
}

/// The start or end of a report's period: a whole day or a time, in ISO 8601 format.
public struct TimeLimit: Sendable, Equatable {
    /// The first second of the day, or the time; in seconds since 1970.
    let start: Int
    /// The first second after the day, or the time.
    let end: Int

    /// Reads `2026-11-24`, `2026-11-24T10:00` or `2026-11-24T10:00:00`; a time may have `Z` or an offset such as `+01:00`, and
    /// is in UTC without either. Nil for anything else.
    public init?(_ text: String) {
        var bytes = Array(text.utf8)
        guard let day = Moment.readDay(bytes.span.bytes, at: 0) else { return nil }
        guard bytes.count > 10 else {
            start = day.daysSince1970 * Moment.secondsPerDay
            end = start + Moment.secondsPerDay
            return
        }
        guard let offset = Self.takeOffset(&bytes) else { return nil }
        if bytes.count == 16 { bytes += Array(":00".utf8) }
        guard bytes.count == 19, let time = Moment.read(bytes.span.bytes, at: 0) else { return nil }
        start = time - offset
        end = start
    }

    /// Removes the offset from UTC from the end and returns it in seconds; nil if it is invalid.
    private static func takeOffset(_ bytes: inout [UInt8]) -> Int? {
        if bytes.last == UInt8(ascii: "Z") {
            bytes.removeLast()
            return 0
        }
        guard let sign = bytes.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }), sign > 10
        else {
            return 0
        }
        let digits = bytes[(sign + 1)...].filter { $0 != UInt8(ascii: ":") }
        guard digits.count == 4, let value = Int(String(decoding: digits, as: UTF8.self)), value <= 2359 else {
            return nil
        }
        let isBehind = bytes[sign] == UInt8(ascii: "-")
        bytes.removeSubrange(sign...)
        let seconds = (value / 100 * 60 + value % 100) * 60
        return isBehind ? -seconds : seconds
    }
}
