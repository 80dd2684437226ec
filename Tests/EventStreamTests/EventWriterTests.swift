import EventStream
import Testing

struct EventWriterTests {
    @Test func `events and comments are appended to the buffer`() {
        var buffer = Array("before\n\n".utf8)
        EventWriter.append(data: "{}".utf8, to: &buffer)
        EventWriter.append(comment: "keep-alive", to: &buffer)
        EventWriter.append(data: Array("é".utf8)[...], name: "error", to: &buffer)
        #expect(
            String(decoding: buffer, as: UTF8.self)
                == "before\n\ndata: {}\n\n: keep-alive\n\nevent: error\ndata: é\n\n")
    }

    @Test(arguments: [
        "", " ", "  two", "{\"a\":\"b: c\"}", ":", "data: x", "[DONE]", "東京 😀\u{2028}", "\u{FEFF}", "\u{85}",
    ])
    func `written events can be parsed again`(_ data: String) throws {
        var buffer: [UInt8] = []
        EventWriter.append(data: data.utf8, to: &buffer)
        EventWriter.append(comment: "", to: &buffer)
        EventWriter.append(data: data.utf8, name: "a name: é", to: &buffer)
        EventWriter.append(data: data.utf8, to: &buffer)
        #expect(try events(in: [buffer]) == [Event(data), Event(data, name: "a name: é"), Event(data)])
    }
}
