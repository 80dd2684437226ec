import EventStream

/// A stream has the same events in whatever pieces it arrives. The first byte says how large the pieces are.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
    let whole = events(in: [bytes[...]])
    let size = Int(start.pointee) + 1
    let pieces = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
    precondition(events(in: pieces) == whole, "cut into pieces, the stream has other events")
    // Data of several lines is not written by anyone here.
    for event in whole where !event.data.contains(UInt8(ascii: "\n")) {
        var written: [UInt8] = []
        EventWriter.append(data: event.data, to: &written)
        precondition(events(in: [written[...]]).map(\.data) == [event.data], "written again, an event has other data")
    }
    return 0
}

private struct Event: Equatable {
    let name, data: [UInt8]
}

private func events(in pieces: [ArraySlice<UInt8>]) -> [Event] {
    var parser = EventParser()
    var events: [Event] = []
    for piece in pieces {
        let completed = try? parser.feed(Array(piece).span.bytes) { name, data in
            events.append(Event(name: name.withUnsafeBytes { Array($0) }, data: data.withUnsafeBytes { Array($0) }))
        }
        guard let completed else { fatalError("an event is too large") }
        precondition(completed <= piece.count, "more was completed than came")
    }
    return events
}
