/// Reads server-sent events from bytes as they arrive, in whatever pieces (WHATWG HTML, section 9.2.6).
///
/// Lines end with LF, CR or CRLF; a byte order mark at the start is passed over; comments and unknown fields are
/// ignored. `id` and `retry` are about reconnecting, which a proxy's upstream does not do, and are ignored too. Does no
/// I/O and does not look into the data.
public struct EventParser: Sendable {
    /// How many bytes an event's data, or any single line, may have unless the caller says otherwise.
    public static let defaultMaximumEventSize = 64 << 20

    /// An event's data, or a single line, is larger than the parser was told to accept.
    public struct EventTooLarge: Error, Sendable, Equatable {}

    private let maximumEventSize: Int
    /// The part of a line whose end has not come.
    private var partialLine: [UInt8] = []
    /// What there is of the next event. Its memory serves one event after the other.
    private var event = Event(data: [])
    private var hasData = false
    private var hasFields = false
    private var lastByteWasCR = false
    private var isAtStart = true

    /// The pieces in which the bytes come make no difference to what is accepted.
    ///
    /// - Parameter maximumEventSize: how many bytes an event's data, or any single line without its end, may have. What
    ///   the parser keeps in memory is at most a few times that.
    public init(maximumEventSize: Int = defaultMaximumEventSize) {
        self.maximumEventSize = maximumEventSize
    }

    /// Whether all that has come so far ends with a complete event: the only place where a comment may be put between.
    public var isBetweenEvents: Bool { partialLine.isEmpty && !hasFields }

    /// Takes the next bytes and calls `onEvent` for each event that they complete, in order.
    ///
    /// - Returns: how many of these bytes belong to events and comments that are complete. What is behind them is the
    ///   beginning of something whose end has not come.
    /// - Throws: ``EventTooLarge``, or what `onEvent` throws. The parser is of no use after that.
    @discardableResult
    public mutating func feed<Failure: Error>(
        _ bytes: RawSpan, onEvent: (Event) throws(Failure) -> Void
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
                try keep(bytes, start..<count)
                return completed
            }
            if partialLine.isEmpty {
                try takeLine(bytes, start..<end, onEvent)
            } else {
                try keep(bytes, start..<end)
                var line: [UInt8] = []
                swap(&line, &partialLine)
                try takeLine(line.span.bytes, 0..<line.count, onEvent)
            }
            start = end + 1
            if bytes[end] == UInt8(ascii: "\r") {
                if start == count { lastByteWasCR = true } else if bytes[start] == UInt8(ascii: "\n") { start += 1 }
            }
            if isBetweenEvents { completed = start }
        }
        return completed
    }

    private mutating func keep(_ bytes: RawSpan, _ range: Range<Int>) throws(EventTooLarge) {
        guard partialLine.count + range.count <= maximumEventSize else { throw EventTooLarge() }
        partialLine.append(bytes, range)
    }

    /// Takes one line without its end: a field, a comment, or the empty line that ends an event.
    private mutating func takeLine<Failure: Error>(
        _ bytes: RawSpan, _ line: Range<Int>, _ onEvent: (Event) throws(Failure) -> Void
    ) throws {
        guard line.count <= maximumEventSize else { throw EventTooLarge() }
        var line = line
        if isAtStart {
            isAtStart = false
            if bytes.hasByteOrderMark(line) { line = line.lowerBound + 3..<line.upperBound }
        }
        guard !line.isEmpty else { return try endEvent(onEvent) }
        hasFields = true
        let colon = bytes.first(UInt8(ascii: ":"), in: line) ?? line.upperBound
        var value = min(colon + 1, line.upperBound)..<line.upperBound
        if bytes.hasSpace(value) { value = value.lowerBound + 1..<value.upperBound }
        if bytes.matches("data", line.lowerBound..<colon) {
            guard event.data.count + (hasData ? 1 : 0) + value.count <= maximumEventSize else { throw EventTooLarge() }
            if hasData { event.data.append(UInt8(ascii: "\n")) }
            hasData = true
            event.data.append(bytes, value)
        } else if bytes.matches("event", line.lowerBound..<colon) {
            event.name.removeAll(keepingCapacity: true)
            event.name.append(bytes, value)
        }
    }

    /// Hands the event over, unless it has no data: the specification says to drop it then.
    private mutating func endEvent<Failure: Error>(_ onEvent: (Event) throws(Failure) -> Void) throws(Failure) {
        hasFields = false
        defer { event.clear() }
        guard hasData else { return }
        hasData = false
        try onEvent(event)
    }
}

extension Event {
    /// What a stream's ordinary events need. A larger one's memory is not kept: many streams live long.
    private static let keptCapacity = 4096

    fileprivate mutating func clear() {
        name.removeAll(keepingCapacity: name.capacity <= Self.keptCapacity)
        data.removeAll(keepingCapacity: data.capacity <= Self.keptCapacity)
    }
}
