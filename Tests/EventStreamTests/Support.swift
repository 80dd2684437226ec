import EventStream

/// One parsed event.
struct Event: Sendable, Equatable {
    var name: [UInt8] = []
    var data: [UInt8]
}

/// Parses a stream that arrives in pieces.
func events(in pieces: [[UInt8]], maximumEventSize: Int = EventParser.defaultMaximumEventSize) throws -> [Event] {
    var parser = EventParser(maximumEventSize: maximumEventSize)
    return try pieces.flatMap { try parser.events(in: $0) }
}

extension EventParser {
    /// The events that the next piece completes.
    mutating func events(in piece: some Collection<UInt8>) throws -> [Event] {
        var events: [Event] = []
        try feed(Array(piece).span.bytes) { events.append(Event(name: Array($0), data: Array($1))) }
        return events
    }
}

extension Event {
    init(_ data: String, name: String = "") {
        self.init(name: Array(name.utf8), data: Array(data.utf8))
    }
}

extension [UInt8] {
    init(_ bytes: RawSpan) {
        self = bytes.withUnsafeBytes { Array($0) }
    }

    /// All splits in two, including those at the ends.
    var splits: [[[UInt8]]] {
        (0...count).map { [Array(self[..<$0]), Array(self[$0...])] }
    }
}
