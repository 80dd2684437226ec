import EventStream

/// The events in a stream that comes in pieces.
func events(in pieces: [[UInt8]], maximumEventSize: Int = EventParser.defaultMaximumEventSize) throws -> [Event] {
    var parser = EventParser(maximumEventSize: maximumEventSize)
    return try pieces.flatMap { try parser.events(in: $0) }
}

extension EventParser {
    /// The events that the next piece completes.
    mutating func events(in piece: some Collection<UInt8>) throws -> [Event] {
        var events: [Event] = []
        try feed(Array(piece).span.bytes) { events.append($0) }
        return events
    }
}

extension Event {
    init(_ data: String, name: String = "") {
        self.init(name: Array(name.utf8), data: Array(data.utf8))
    }
}

extension [UInt8] {
    /// Cut in two, in every place, the ends included.
    var splits: [[[UInt8]]] {
        (0...count).map { [Array(self[..<$0]), Array(self[$0...])] }
    }
}
