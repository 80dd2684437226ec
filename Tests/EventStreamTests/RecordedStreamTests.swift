import EventStream
import Foundation
import Testing

/// Parses streams that were recorded from the Responses API.
struct RecordedStreamTests {
    @Test(arguments: try recordings())
    func `a recorded stream gives the same events in pieces of any size`(_ recording: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: recording))
        let expected = try expectedEvents(bytes)
        #expect(expected.count > 2)
        #expect(try events(in: [bytes]) == expected)
        for size in [1, 2, 3, 7, 16, 1024] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min($0 + size, bytes.count)])
            }
            #expect(try events(in: pieces) == expected)
        }
    }

    /// Reading the whole stream for every split would take too long. Instead, only the event that contains the split is
    /// read, after which the parser is in its previous state again.
    @Test(arguments: try recordings())
    func `a recorded stream can be split at any position`(_ recording: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: recording))
        let expected = try expectedEvents(bytes)
        var parser = EventParser()
        var start = 0
        for event in expected {
            let end = start + wire(event).count
            for cut in start..<end {
                var cutParser = parser
                var found = try cutParser.events(in: bytes[start..<cut])
                if !found.isEmpty || cutParser.isBetweenEvents != (cut == start) { Issue.record("cut at \(cut)") }
                found += try cutParser.events(in: bytes[cut..<end])
                if found != [event] || !cutParser.isBetweenEvents { Issue.record("cut at \(cut)") }
            }
            #expect(try parser.events(in: bytes[start..<end]) == [event])
            start = end
        }
        #expect(start == bytes.count)
    }

    /// All events in the recordings have the same form: a name, one line of data, an empty line.
    private func expectedEvents(_ bytes: [UInt8]) throws -> [Event] {
        let events = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n\n").dropLast().map { block in
            let lines = block.components(separatedBy: "\n")
            let data = lines.first { $0.hasPrefix("data: ") }?.dropFirst(6) ?? ""
            let name = lines.first { $0.hasPrefix("event: ") }?.dropFirst(7) ?? ""
            return Event(String(data), name: String(name))
        }
        try #require(events.flatMap(wire) == bytes)
        return events
    }

    private func wire(_ event: Event) -> [UInt8] {
        let name = event.name.isEmpty ? [] : Array("event: ".utf8) + event.name + [UInt8(ascii: "\n")]
        return name + Array("data: ".utf8) + event.data + Array("\n\n".utf8)
    }
}

private func recordings() throws -> [URL] {
    let folder = URL(filePath: #filePath).appending(path: "../../Vectors/streams").standardized
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "sse" }
        .sorted { $0.path < $1.path }
}
