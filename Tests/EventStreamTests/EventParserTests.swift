import EventStream
import Testing

/// Parsing according to WHATWG HTML, section 9.2.6. Each stream is read whole, byte by byte, and split in two at every
/// position: the events must not depend on the pieces.
struct EventParserTests {
    @Test(arguments: streams)
    func `a stream is parsed as specified`(_ stream: Stream) throws {
        let bytes = Array(stream.text.utf8)
        #expect(try events(in: [bytes]) == stream.events)
        #expect(try events(in: bytes.map { [$0] }) == stream.events)
        #expect(try events(in: bytes.flatMap { [[$0], []] }) == stream.events)
        for split in bytes.splits {
            #expect(try events(in: split) == stream.events, "\(split[0].count)")
        }
    }

    @Test func `an event stream is recognized by its beginning`() {
        for text in ["data: 1", "data:{}", "event:", "event: x", ":", ": hi", "id: 1", "retry:1"] {
            #expect(EventParser.recognises(beginning: Array(text.utf8.prefix(6))), "\(text)")
        }
        for text in ["", "{\"dat", "<html>", "[1]", "data", "datas:", "event", "\"data:", "null"] {
            #expect(!EventParser.recognises(beginning: Array(text.utf8.prefix(6))), "\(text)")
        }
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func `all kinds of line ends are equivalent`(_ lineEnd: String) throws {
        for stream in streams where !stream.text.contains(where: \.isCarriageReturn) {
            let bytes = Array(stream.text.replacing("\n", with: lineEnd).utf8)
            #expect(try events(in: [bytes]) == stream.events)
            for split in bytes.splits { #expect(try events(in: split) == stream.events) }
        }
    }

    @Test func `invalid UTF-8 is passed on`() throws {
        let bytes = Array("data: ".utf8) + [0xFF, 0xC3, 0x00] + Array("\n\n".utf8)
        #expect(try events(in: [bytes]) == [Event(data: [0xFF, 0xC3, 0x00])])
    }

    @Test func `an error thrown by the receiver is rethrown at once`() {
        struct Stop: Error {}
        var parser = EventParser()
        var received: [Event] = []
        #expect(throws: Stop.self) {
            try parser.feed(Array("data:1\n\ndata:2\n\n".utf8).span.bytes) { name, data in
                received.append(Event(name: Array(name), data: Array(data)))
                throw Stop()
            }
        }
        #expect(received == [Event("1")])
    }

    @Test func `line ends are found in lines of every length`() throws {
        for length in 0..<40 {
            for lineEnd in ["\n", "\r", "\r\n"] {
                let data = String(repeating: "\u{8A}\u{8D}", count: length)
                let stream = "data:\(data)\(lineEnd)data:\(data)\(lineEnd)\(lineEnd)data:last\(lineEnd)\(lineEnd)"
                #expect(try events(in: [Array(stream.utf8)]) == [Event("\(data)\n\(data)"), Event("last")])
            }
        }
    }
}

struct Stream: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    var events: [Event]

    init(_ description: String, _ text: String, _ events: [Event]) {
        testDescription = description
        self.text = text
        self.events = events
    }
}

private let streams = [
    Stream("nothing", "", []),
    Stream("only empty lines", "\n\n\n", []),
    Stream("one event", "data: hello\n\n", [Event("hello")]),
    Stream("a named event", "event: add\ndata: 1\n\n", [Event("1", name: "add")]),
    Stream("the name after the data", "data: 1\nevent: add\n\n", [Event("1", name: "add")]),
    Stream("the last name wins", "event: a\nevent: b\ndata: 1\n\n", [Event("1", name: "b")]),
    Stream("an empty name", "event: a\nevent\ndata: 1\n\n", [Event("1")]),
    Stream("a name applies to one event", "event: a\ndata: 1\n\ndata: 2\n\n", [Event("1", name: "a"), Event("2")]),
    Stream("a name without data is forgotten", "event: a\n\ndata: 1\n\n", [Event("1")]),
    Stream("data of several lines", "data: a\ndata: b\ndata:\ndata: c\n\n", [Event("a\nb\n\nc")]),
    Stream("data without a colon", "data\n\ndata\ndata\n\ndata:", [Event(""), Event("\n")]),
    Stream("empty data", "data:\n\ndata: \n\n", [Event(""), Event("")]),
    Stream(
        "one leading space is dropped", "data:x\n\ndata: x\n\ndata:  x \n\ndata:\tx\n\n",
        ["x", "x", " x ", "\tx"].map { Event($0) }),
    Stream("colons in the value", "data:a:b: c\n\ndata::\n\n", [Event("a:b: c"), Event(":")]),
    Stream("comments", ": hi\n\n:\n:data: 1\ndata: 2\n: x\ndata: 3\n\n", [Event("2\n3")]),
    Stream("id and retry", "id: 7\nretry: 10\ndata: 1\n\nid\nretry: x\n\n", [Event("1")]),
    Stream("unknown fields", "foo: 1\nDATA: 2\n data: 3\ndatas: 4\ndat: 5\ndata : 6\ndata: 7\n\n", [Event("7")]),
    Stream("no empty line at the end", "data: 1\n\ndata: 2\n", [Event("1")]),
    Stream("no line end at the end", "data: 1\n\ndata: 2", [Event("1")]),
    Stream("a byte order mark", "\u{FEFF}data: 1\n\n", [Event("1")]),
    Stream("a byte order mark before an empty line", "\u{FEFF}\ndata: 1\n\n", [Event("1")]),
    Stream("two byte order marks", "\u{FEFF}\u{FEFF}data: 1\n\ndata: 2\n\n", [Event("2")]),
    Stream(
        "a byte order mark later", "data: 1\n\n\u{FEFF}data: 2\n\ndata: \u{FEFF}3\n\n",
        [Event("1"), Event("\u{FEFF}3")]),
    Stream("part of a byte order mark's text", "\u{FEFE}data: 1\n\n", []),
    Stream(
        "characters of several bytes", "event: é\ndata: 東京 😀\ndata: \u{2028}\n\n", [Event("東京 😀\n\u{2028}", name: "é")]),
    Stream("mixed line ends", "data: 1\r\rdata: 2\r\n\r\ndata: 3\n\r\ndata: 4\r\n\n", (1...4).map { Event("\($0)") }),
    Stream("a line end of LF and CR", "data: 1\n\rdata: 2\n\r", [Event("1"), Event("2")]),
    Stream("CR at the very end", "data: 1\r\r", [Event("1")]),
]

extension Character {
    fileprivate var isCarriageReturn: Bool { unicodeScalars.contains("\r") }
}
