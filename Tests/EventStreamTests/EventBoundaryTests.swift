import EventStream
import Testing

struct EventBoundaryTests {
    /// `|` marks the positions at which a comment can be inserted.
    @Test(arguments: [
        "|data: 1\n\n|data: 2\n\n|",
        "|event: a\ndata: é\ndata\n\n|",
        "|: comment\n\n|\n|\n|data: 1\n",
        "|event: a\n\n|id: 1\n\n|",
        "|data: 1\r\r|\r|data: 2\r\r|",
        "|data: 1\r\n\r|\n|data: 2\n\r|\n|x",
        "|\u{FEFF}data: 1\n\n|data: 1",
        "|\n|\u{FEFF}\n\n|",
    ])
    func `the parser knows when it is between events`(_ marked: String) throws {
        var parser = EventParser()
        var found = parser.isBetweenEvents ? "|" : ""
        var bytes: [UInt8] = []
        for byte in marked.utf8 where byte != UInt8(ascii: "|") {
            _ = try parser.events(in: [byte])
            bytes.append(byte)
            found.unicodeScalars.append(Unicode.Scalar(byte))
            if parser.isBetweenEvents { found += "|" }
        }
        #expect(found.unicodeScalars.elementsEqual(marked.utf8.map { Unicode.Scalar($0) }))
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func `the parser returns the number of bytes up to the last complete event`(_ lineEnd: String) throws {
        let text = "data: 1\n\n: comment\n\nevent: a\n\ndata: 2".replacing("\n", with: lineEnd)
        let bytes = Array(text.utf8)
        var parser = EventParser()
        #expect(try parser.feed(bytes.span.bytes, onEvent: { _, _ in }) == bytes.count - 7)
        #expect(try parser.feed([UInt8]().span.bytes, onEvent: { _, _ in }) == 0)
        #expect(try parser.feed(Array(lineEnd.utf8).span.bytes, onEvent: { _, _ in }) == 0)
        #expect(try parser.feed(Array("\(lineEnd)data".utf8).span.bytes, onEvent: { _, _ in }) == lineEnd.utf8.count)
    }

    @Test func `the LF of a split CRLF belongs to the event before it`() throws {
        var parser = EventParser()
        #expect(try parser.feed(Array("data: 1\r\n\r".utf8).span.bytes, onEvent: { _, _ in }) == 10)
        #expect(try parser.feed(Array("\ndata".utf8).span.bytes, onEvent: { _, _ in }) == 1)
        #expect(try parser.feed(Array(": 2".utf8).span.bytes, onEvent: { _, _ in }) == 0)
    }

    @Test func `a comment inserted between events changes no event`() throws {
        let stream = Array("event: a\r\ndata: 1\r\n\r\n: x\n\ndata: 2\ndata: 3\n\ndata: 4\r\rdata: 5\n\n".utf8)
        let expected = try events(in: [stream])
        var comment: [UInt8] = []
        EventWriter.append(comment: "keep-alive", to: &comment)
        var parser = EventParser()
        var withComments = comment
        for byte in stream {
            _ = try parser.events(in: [byte])
            withComments.append(byte)
            if parser.isBetweenEvents { withComments += comment }
        }
        #expect(expected.count == 4)
        #expect(try events(in: [withComments]) == expected)
    }

    /// The limit is 20 bytes.
    @Test(arguments: [
        ("data: 12345678901234\n\n", true),
        ("data: 123456789012345\n\n", false),
        (": 345678901234567890\n\ndata: 1\n\n", true),
        (": 3456789012345678901\n\ndata: 1\n\n", false),
        ("event:78901234567890\ndata:1\n\n", true),
        ("data:1234567890\ndata:123456789\n\n", true),
        ("data:1234567890\ndata:1234567890\n\n", false),
        ("data:\ndata:1\ndata:1234567890\ndata:12345\ndata\n\n", true),
        ("data:\ndata:1\ndata:1234567890\ndata:12345\ndata\ndata\n\n", false),
        ("data:1234567890\n\ndata:1234567890\n\ndata:1234567890\n\n", true),
        ("data: 1\n\nid: 345678901234567890", false),
    ])
    func `an event above the limit is rejected, in pieces of any size`(_ text: String, _ isAccepted: Bool) throws {
        let bytes = Array(text.utf8)
        for pieces in bytes.splits + [bytes.map { [$0] }] {
            if isAccepted {
                #expect(try !events(in: pieces, maximumEventSize: 20).isEmpty)
            } else {
                #expect(throws: EventParser.EventTooLarge.self) { try events(in: pieces, maximumEventSize: 20) }
            }
        }
    }

    @Test func `an endless line is rejected at the size limit`() throws {
        var parser = EventParser(maximumEventSize: 1000)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 100)
        for _ in 0..<10 { _ = try parser.events(in: piece) }
        #expect(throws: EventParser.EventTooLarge.self) { try parser.events(in: [UInt8(ascii: "x")]) }
    }
}
