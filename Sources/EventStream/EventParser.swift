/// Reads server-sent events from bytes as they arrive, in whatever pieces (WHATWG HTML, section 9.2.6).
///
/// Lines end with LF, CR or CRLF; a byte order mark at the start is passed over; comments and unknown fields are
/// ignored. `id` and `retry` are about reconnecting, which a proxy's upstream does not do, and are ignored too. Does no
/// I/O and does not look into the data.
///
/// An event that comes in one piece, as nearly all do, is handed out where it lies; only of others anything is copied.
public struct EventParser: Sendable {
    /// How many bytes an event's data, or any single line, may have unless the caller says otherwise.
    public static let defaultMaximumEventSize = 64 << 20

    /// An event's data, or a single line, is larger than the parser was told to accept.
    public struct EventTooLarge: Error, Sendable, Equatable {}

    private let maximumEventSize: Int
    /// The part of a line whose end has not come.
    private var partialLine: [UInt8] = []
    /// Where the next event's fields lie in the piece that is being read, while each of them does.
    private var found = Found()
    /// Else what there is of them. Its memory serves one event after the other.
    private var name: [UInt8] = []
    private var data: [UInt8] = []
    private var hasKept = false
    private var hasData = false
    private var hasFields = false
    private var lastByteWasCR = false
    private var isAtStart = true

    private struct Found {
        var name = 0..<0
        var data = 0..<0
    }

    /// The pieces in which the bytes come make no difference to what is accepted.
    ///
    /// - Parameter maximumEventSize: how many bytes an event's data, or any single line without its end, may have. What
    ///   the parser keeps in memory is at most a few times that.
    public init(maximumEventSize: Int = defaultMaximumEventSize) {
        self.maximumEventSize = maximumEventSize
    }

    /// Whether all that has come so far ends with a complete event: the only place where a comment may be put between.
    public var isBetweenEvents: Bool { partialLine.isEmpty && !hasFields }

    /// How much is kept, in bytes, of an event whose end has not come.
    public var heldByteCount: Int { partialLine.count + name.count + data.count }

    /// Takes the next bytes and calls `onEvent` for each event that they complete, in order.
    ///
    /// - Parameters:
    ///   - bytes: what has come, cut anywhere.
    ///   - onEvent: takes the `event` field, which is empty when there was none and means `message` then, and the `data`
    ///     fields' values, joined by newlines. Both are valid during the call.
    /// - Returns: how many of these bytes belong to events and comments that are complete. What is behind them is the
    ///   beginning of something whose end has not come.
    /// - Throws: ``EventTooLarge``, or what `onEvent` throws. The parser is of no use after that.
    @discardableResult
    public mutating func feed<Failure: Error>(
        _ bytes: RawSpan, onEvent: (_ name: RawSpan, _ data: RawSpan) throws(Failure) -> Void
    ) throws -> Int {
        var start = 0
        var completed = 0
        let count = bytes.byteCount
        if lastByteWasCR, count > 0 {
            lastByteWasCR = false
            if bytes[0] == UInt8(ascii: "\n") { start = 1 }
        }
        if isBetweenEvents { completed = start }
        while start < count {
            guard let end = bytes.firstLineEnd(from: start) else {
                try keepLine(bytes, start..<count)
                break
            }
            if partialLine.isEmpty {
                try takeLine(bytes, start..<end, onEvent)
            } else {
                try keepLine(bytes, start..<end)
                try takeKeptLine(onEvent)
            }
            start = end + 1
            if bytes[end] == UInt8(ascii: "\r") {
                if start == count { lastByteWasCR = true } else if bytes[start] == UInt8(ascii: "\n") { start += 1 }
            }
            if isBetweenEvents { completed = start }
        }
        if hasFields { keepFields(bytes) }
        return completed
    }

    // MARK: Lines

    private mutating func keepLine(_ bytes: RawSpan, _ range: Range<Int>) throws(EventTooLarge) {
        guard partialLine.count + range.count <= maximumEventSize else { throw EventTooLarge() }
        partialLine.append(bytes, range)
    }

    /// Takes a line that came in several pieces.
    private mutating func takeKeptLine<Failure: Error>(
        _ onEvent: (RawSpan, RawSpan) throws(Failure) -> Void
    ) throws {
        var line: [UInt8] = []
        swap(&line, &partialLine)
        try takeLine(line.span.bytes, 0..<line.count, onEvent)
        keepFields(line.span.bytes)
    }

    /// Takes one line without its end: a field, a comment, or the empty line that ends an event.
    private mutating func takeLine<Failure: Error>(
        _ bytes: RawSpan, _ line: Range<Int>, _ onEvent: (RawSpan, RawSpan) throws(Failure) -> Void
    ) throws {
        guard line.count <= maximumEventSize else { throw EventTooLarge() }
        var line = line
        if isAtStart {
            isAtStart = false
            if bytes.hasByteOrderMark(line) { line = line.lowerBound + 3..<line.upperBound }
        }
        guard !line.isEmpty else { return try endEvent(bytes, onEvent) }
        hasFields = true
        let colon = bytes.first(UInt8(ascii: ":"), in: line) ?? line.upperBound
        var value = min(colon + 1, line.upperBound)..<line.upperBound
        if bytes.hasSpace(value) { value = value.lowerBound + 1..<value.upperBound }
        if bytes.extracting(line.lowerBound..<colon).reads("data") {
            try takeData(bytes, value)
        } else if bytes.extracting(line.lowerBound..<colon).reads("event") {
            name.removeAll(keepingCapacity: true)
            found.name = value
        }
    }

    // MARK: Fields

    private mutating func takeData(_ bytes: RawSpan, _ value: Range<Int>) throws(EventTooLarge) {
        guard hasData else {
            hasData = true
            return found.data = value
        }
        keepFields(bytes)
        guard data.count + 1 + value.count <= maximumEventSize else { throw EventTooLarge() }
        data.append(UInt8(ascii: "\n"))
        data.append(bytes, value)
    }

    /// Copies what lies in a piece that is about to go, or that is not all of a field.
    private mutating func keepFields(_ bytes: RawSpan) {
        hasKept = true
        name.append(bytes, found.name)
        data.append(bytes, found.data)
        found = Found()
    }

    /// Hands the event over, unless it has no data: the specification says to drop it then.
    private mutating func endEvent<Failure: Error>(
        _ bytes: RawSpan, _ onEvent: (RawSpan, RawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        hasFields = false
        defer { forgetFields() }
        guard hasData else { return }
        hasData = false
        if hasKept {
            keepFields(bytes)
            try onEvent(name.span.bytes, data.span.bytes)
        } else {
            try onEvent(bytes.extracting(found.name), bytes.extracting(found.data))
        }
    }

    /// What a stream's ordinary events need. A larger one's memory is not kept: many streams live long.
    private static let keptCapacity = 4096

    private mutating func forgetFields() {
        found = Found()
        guard hasKept else { return }
        hasKept = false
        name.removeAll(keepingCapacity: name.capacity <= Self.keptCapacity)
        data.removeAll(keepingCapacity: data.capacity <= Self.keptCapacity)
    }
}
