import EventStream

/// A stream gives the same events in pieces of any size. The first byte determines the size.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
    let whole = Events(of: bytes, inPiecesOf: bytes.count)
    precondition(Events(of: bytes, inPiecesOf: Int(start.pointee) + 1) == whole, "in pieces, it has other events")
    // The writer does not support data of several lines.
    for data in whole.data where !data.contains(UInt8(ascii: "\n")) {
        var written: [UInt8] = []
        EventWriter.append(data: data, to: &written)
        precondition(
            Events(of: written, inPiecesOf: written.count).data.map(Array.init) == [Array(data)],
            "an event that is written again has other data")
    }
    return 0
}

/// A stream's events: the concatenated names and data, and where each of them ends. A separate array for each would take
/// most of the time.
private struct Events: Equatable {
    var bytes: [UInt8] = []
    var ends: [Int] = []

    init(of stream: [UInt8], inPiecesOf size: Int) {
        var parser = EventParser()
        var start = 0
        while start < stream.count {
            let end = min(start + size, stream.count)
            let completed = try? parser.feed(stream.span.bytes.extracting(start..<end)) { name, data in
                add(name)
                add(data)
            }
            guard let completed else { fatalError("an event is too large") }
            precondition(completed <= end - start, "more bytes are reported as complete than were fed")
            start = end
        }
    }

    private mutating func add(_ field: RawSpan) {
        field.withUnsafeBytes { bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
    }

    var data: [ArraySlice<UInt8>] {
        stride(from: 0, to: ends.count, by: 2).map { bytes[ends[$0]..<ends[$0 + 1]] }
    }
}
