/// Reads server-sent events from bytes that arrive in pieces of any size (WHATWG HTML, section 9.2.6).
///
/// Lines end with LF, CR or CRLF. A byte order mark at the start is skipped; comments and unknown fields are ignored. `id`
/// and `retry` are ignored too, because they control reconnection, and the proxy does not reconnect to upstream. Does no
/// I/O and does not examine the data.
///
/// An event that arrives in one piece, as nearly all do, is passed on without being copied.
public struct EventParser: Sendable {
    /// Default limit for the size of an event's data, and of a single line, in bytes.
    public static let defaultMaximumEventSize = 64 << 20

    /// An event's data, or a single line, exceeds the parser's limit.
    public struct EventTooLarge: Error, Sendable, Equatable {
        /// Creates the error.
        public init() {}
    }

    private let maximumEventSize: Int
    /// The beginning of a line whose end has not arrived.
    private var partialLine: [UInt8] = []
    /// The ranges of the next event's fields in the current piece, if they are all in it.
    private var found = Found()
    /// Otherwise, copies of the fields so far. Their memory is reused for later events.
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

    /// Creates a parser. What it accepts does not depend on how the bytes are split into pieces.
    ///
    /// - Parameter maximumEventSize: the maximum size of an event's data, and of a single line without its end, in bytes.
    ///   The parser uses at most a few times that much memory.
    public init(maximumEventSize: Int = defaultMaximumEventSize) {
        self.maximumEventSize = maximumEventSize
    }

    /// Whether the bytes so far end with a complete event. A comment may only be inserted there.
    public var isBetweenEvents: Bool { partialLine.isEmpty && !hasFields }

    /// The number of bytes that are held of an event whose end has not arrived.
    public var heldByteCount: Int { partialLine.count + name.count + data.count }

    /// Takes the next bytes and calls `onEvent` for each event that they complete, in order.
    ///
    /// - Parameters:
    ///   - bytes: the next bytes of the stream, split anywhere.
    ///   - onEvent: takes the `event` field, which is empty if there was none (the event's name is then `message`), and the
    ///     values of the `data` fields, joined by newlines. Both are valid only during the call.
    /// - Returns: the number of these bytes that belong to complete events and comments. The bytes after them begin an
    ///   event or comment whose end has not arrived.
    /// - Throws: ``EventTooLarge``, or what `onEvent` throws. The parser must not be used after that.
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

    /// Passes on the event that the stream ends with, if the empty line after it is missing. The specification requires that it
    /// be dropped; but some servers end their streams like this, and their last event reports how the response ended.
    ///
    /// - Parameter onEvent: as in ``feed(_:onEvent:)``.
    /// - Returns: whether there was such an event.
    /// - Throws: ``EventTooLarge``, or what `onEvent` throws.
    public mutating func finish<Failure: Error>(
        onEvent: (_ name: RawSpan, _ data: RawSpan) throws(Failure) -> Void
    ) throws -> Bool {
        if !partialLine.isEmpty { try takeKeptLine(onEvent) }
        guard hasData else { return false }
        let nothing: [UInt8] = []
        keepFields(nothing.span.bytes)
        try endEvent(nothing.span.bytes, onEvent)
        return true
    }

    // MARK: Lines

    private mutating func keepLine(_ bytes: RawSpan, _ range: Range<Int>) throws(EventTooLarge) {
        guard partialLine.count + range.count <= maximumEventSize else { throw EventTooLarge() }
        partialLine.append(bytes, range)
    }

    /// Takes a line that arrived in several pieces.
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

    /// Copies the fields found in the current piece, because the piece is about to become invalid or more of the field
    /// follows.
    private mutating func keepFields(_ bytes: RawSpan) {
        hasKept = true
        name.append(bytes, found.name)
        data.append(bytes, found.data)
        found = Found()
    }

    /// Passes the event on, unless it has no data: the specification requires such events to be dropped.
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

    /// Enough for a stream's ordinary events. The memory of a larger event is released, because there are many streams, and
    /// they live long.
    private static let keptCapacity = 4096

    private mutating func forgetFields() {
        found = Found()
        guard hasKept else { return }
        hasKept = false
        name.removeAll(keepingCapacity: name.capacity <= Self.keptCapacity)
        data.removeAll(keepingCapacity: data.capacity <= Self.keptCapacity)
    }
}
