import CGI
import Testing

struct ResponseWriterTests {
    @Test func `a body is written after its head`() {
        let sink = MemorySink()
        let writer = ResponseWriter(sink).writeHead(ResponseHead(status: 200, headers: [("X-A", "1")]))
        writer.write(Array("one ".utf8))
        #expect(sink.taken == "", "the head leaves with the first flush")
        #expect(writer.pendingByteCount == 30)
        writer.flush()
        #expect(sink.taken == "Status: 200 OK\r\nX-A: 1\r\n\r\none ")
        #expect(writer.pendingByteCount == 0)
        writer.write(Array("two".utf8))
        writer.flush()
        #expect(sink.taken == "Status: 200 OK\r\nX-A: 1\r\n\r\none two")
    }

    @Test func `a whole body gets a Content-Length and is sent in one flush`() async {
        let sink = MemorySink()
        await ResponseWriter(sink).respond(ResponseHead(status: 404, headers: [("X-A", "1")]), body: Array("é!".utf8))
        #expect(sink.taken == "Status: 404 Not Found\r\nX-A: 1\r\nContent-Length: 3\r\n\r\né!")
        #expect(sink.flushCount == 1)
    }

    @Test func `a default header is added if the response does not have it`() async {
        for (head, said) in [
            (ResponseHead(status: 200), "2"), (ResponseHead(status: 200, headers: [("x-a", "1")]), "1"),
        ] {
            let sink = MemorySink()
            await ResponseWriter(sink, defaults: [("X-A", "2")]).respond(head, body: [])
            let lines = sink.taken.lowercased().split(separator: "\r\n")
            #expect(lines.filter { $0.hasPrefix("x-a") } == ["x-a: \(said)"])
        }
    }

    @Test func `an empty body gets a Content-Length too`() async {
        let sink = MemorySink()
        await ResponseWriter(sink).respond(ResponseHead(status: 200), body: [])
        #expect(sink.taken == "Status: 200 OK\r\nContent-Length: 0\r\n\r\n")
    }

    @Test func `the response to HEAD has a Content-Length and no body`() async {
        let sink = MemorySink()
        await ResponseWriter(sink).respond(ResponseHead(status: 200), body: Array("body".utf8), withoutBody: true)
        #expect(sink.taken == "Status: 200 OK\r\nContent-Length: 4\r\n\r\n")
    }

    @Test func `a 204 has neither Content-Length nor body`() async {
        let sink = MemorySink()
        await ResponseWriter(sink).respond(ResponseHead(status: 204), body: Array("body".utf8))
        #expect(sink.taken == "Status: 204 No Content\r\n\r\n")
    }

    @Test func `an existing Content-Length is not added again`() async {
        let sink = MemorySink()
        let head = ResponseHead(status: 200, headers: [("content-length", "4")])
        await ResponseWriter(sink).respond(head, body: Array("body".utf8))
        #expect(sink.taken == "Status: 200 OK\r\ncontent-length: 4\r\n\r\nbody")
    }

    @Test(.timeLimit(.minutes(1)))
    func `responding ends when the web server has read the response`() async {
        let sink = MemorySink(isTaking: false)
        let answer = Task {
            await ResponseWriter(sink).respond(ResponseHead(status: 204), body: [])
            return sink.taken
        }
        while !sink.isAwaited { await Task.yield() }
        #expect(sink.taken == "")
        sink.take()
        #expect(await answer.value == "Status: 204 No Content\r\n\r\n")
    }
}
