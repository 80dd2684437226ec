public import Models

/// What a report is about.
public struct Selection: Sendable {
    /// What requests are put together by. Part of a row's key.
    public enum Dimension: String, Sendable, CaseIterable {
        /// A column of the log, under its name there; the model is the one that upstream was asked for, the day one in UTC.
        case caller, model, day, route, status, error
    }

    /// The columns that a row is known by, in their order.
    let dimensions: [Dimension]
    /// In seconds since 1970; requests that ended then or later count.
    let since: Int?
    /// In seconds since 1970; requests that ended then or later do not count.
    let until: Int?
    private let callers: [ModelPattern]
    private let models: [ModelPattern]
    let catalogue: Catalogue

    /// - Parameters:
    ///   - dimensions: what requests are put together by; of one that comes twice, the first counts.
    ///   - since: the first moment that counts; nil for the log's beginning.
    ///   - until: the moment after the last that counts; nil for the log's end.
    ///   - callers: the names of callers that count, in which `*` matches any run of characters; with none, all do.
    ///   - models: the names of models upstream that count, in the same way.
    ///   - catalogue: what tokens cost.
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

/// A limit of the time that a report is about: a whole day or a moment, as ISO 8601 writes them.
public struct TimeLimit: Sendable, Equatable {
    /// The first second of the day, or the moment; in seconds since 1970.
    let start: Int
    /// The first second after the day, or the moment.
    let end: Int

    /// Reads `2026-11-24`, `2026-11-24T10:00` or `2026-11-24T10:00:00`, a time with `Z`, an offset such as `+01:00`, or
    /// without either, which is UTC as well. Nil of anything else.
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

    /// Takes the difference to UTC from the end, and gives it in seconds.
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
