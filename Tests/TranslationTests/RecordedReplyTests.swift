import EventStream
import JSON
import Testing
import Translation

/// Compares translations of recorded Responses API responses with the expected Chat Completions responses.
struct RecordedReplyTests {
    @Test(arguments: Vectors.successes)
    func `a recorded response becomes the expected completion`(name: String) throws {
        let expected = Said(completion: try Vectors.json("expected/\(name).completion.json"))
        let reply = try SingleReplyTranslator(context: context(), id: "id", created: 7)
            .translate(Document(parsing: Vectors.bytes("bodies/\(name).json")))
        var said = Said(completion: try Document(parsing: reply.body).root)
        #expect(said.reasoning.isEmpty == (name != "06_reasoning_summary"))
        said.reasoning = ""
        #expect(said == expected)
        #expect(reply.usage == Usage(of: try Vectors.json("expected/\(name).completion.json")))
    }

    @Test func `a recorded failed response is a failure`() throws {
        let expected = Said(completion: try Vectors.json("expected/11_failed.completion.json"))
        let failure = try #require(throws: ReplyFailure.self) {
            try SingleReplyTranslator(context: context(), id: "id", created: 7)
                .translate(Document(parsing: Vectors.bytes("bodies/11_failed.json")))
        }
        #expect(Said(completion: try Document(parsing: failure.body).root).error == expected.error)
        #expect(failure.status == 500)
    }

    @Test(arguments: Vectors.successes)
    func `a recorded stream becomes the expected chunks`(name: String) throws {
        let stream = try streamed(name)
        var said = try stream.said
        let expected = Said(chunks: try chunks(in: Vectors.bytes("expected/\(name).chunks.sse")))
        if name == "06_reasoning_summary" {
            #expect(try said.reasoning == Said(completion: whole(name)).reasoning)
            said.reasoning = ""
        }
        #expect(said == expected)
        #expect(stream.finishReason?.rawValue == expected.finishReason)
        #expect(stream.translator.usage == Usage(of: try Vectors.json("expected/\(name).completion.json")))
        #expect(stream.text.hasSuffix("data: [DONE]\n\n"))
    }

    @Test(arguments: Vectors.failures)
    func `a recorded failed stream ends with the error, reported once`(name: String) throws {
        var stream = try streamed(name)
        let failure = try #require(stream.failure)
        stream.bytes += Array("data: ".utf8) + failure.body + Array("\n\n".utf8)
        #expect(try stream.said == Said(chunks: chunks(in: Vectors.bytes("expected/\(name).chunks.sse"))))
        #expect(stream.text.count(of: #""error""#) == 1)
        #expect(stream.text.count(of: #""finish_reason":""#) == 0)
    }

    @Test(arguments: Vectors.successes, [true, false])
    func `chunks follow the rules of Chat Completions`(name: String, includesUsage: Bool) throws {
        let chunks = try streamed(name, usage: includesUsage).chunks
        #expect(Set(chunks.map { $0["id"]?.string }).count == 1)
        #expect(Set(chunks.map { $0["created"]?.integer }).count == 1)
        #expect(Set(chunks.map { $0["model"]?.string }).count == 1)
        #expect(chunks.allSatisfy { $0["object"]?.isString("chat.completion.chunk") == true })

        let choices = chunks.flatMap { chunk in chunk["choices"].map { Array($0.elements) } ?? [] }
        #expect(choices.count == chunks.count - (includesUsage ? 1 : 0))
        #expect(choices.allSatisfy { $0["index"]?.integer == 0 })
        #expect(choices.indices.filter { choices[$0]["delta"]?["role"] != nil } == [0])
        #expect(choices.indices.filter { choices[$0].given("finish_reason") != nil } == [choices.count - 1])

        if includesUsage {
            #expect(chunks.dropLast().allSatisfy { $0["usage"]?.isNull == true })
            #expect(chunks.last?["usage"]?.kind == .object)
            #expect(chunks.last?["choices"]?.isEmptyContainer == true)
        } else {
            #expect(chunks.allSatisfy { $0["usage"] == nil })
        }
    }

    @Test(arguments: Vectors.names)
    func `escapes in text are copied as upstream wrote them`(name: String) throws {
        func texts(_ values: [Value], _ text: (Value) -> Value?) -> [[UInt8]] {
            values.compactMap { text($0)?.stringContents }.filter { !$0.isEmpty }.map { Array($0.bytes) }
        }
        let events = try Vectors.events(name).map { try Document(parsing: $0).root }
        let sent = texts(events) { $0["type"]?.isString("response.output_text.delta") == true ? $0["delta"] : nil }
        let received = texts(try streamed(name).chunks) {
            $0["choices"]?.elements.first { _ in true }?["delta"]?["content"]
        }
        #expect(received == sent)
    }

    @Test(arguments: Vectors.names, [1, 2, 3, 7, 64, 1000])
    func `a recorded stream gives the same bytes in pieces of any size`(name: String, size: Int) throws {
        let bytes = try Vectors.bytes("streams/\(name).sse")
        var stream = Streamed(try translator())
        var parser = EventParser()
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            try parser.feed(piece.span.bytes) { _, data in stream.send(data) }
        }
        stream.end()
        #expect(try stream.bytes == streamed(name).bytes)
    }

    /// Feeds only the event that contains the cut, as the parser's test does: the bytes after it would give the same
    /// result every time.
    @Test(arguments: Vectors.names)
    func `a recorded stream gives the same bytes split at any position`(name: String) throws {
        let bytes = try Vectors.bytes("streams/\(name).sse")
        var parser = EventParser()
        var stream = Streamed(try translator())
        var start = 0
        while start < bytes.count {
            let end = (start..<bytes.count - 1).first { bytes[$0] == 10 && bytes[$0 + 1] == 10 }.map { $0 + 2 }
            let range = start..<(end ?? bytes.count)
            stream.bytes = []
            let (before, parserBefore) = (stream, parser)
            try parser.feed(Array(bytes[range]).span.bytes) { _, data in stream.send(data) }
            for cut in range {
                var (cutStream, cutParser) = (before, parserBefore)
                try cutParser.feed(Array(bytes[range.lowerBound..<cut]).span.bytes) { _, data in cutStream.send(data) }
                try cutParser.feed(Array(bytes[cut..<range.upperBound]).span.bytes) { _, data in cutStream.send(data) }
                if cutStream.bytes != stream.bytes { Issue.record("cut at \(cut)") }
            }
            start = range.upperBound
        }
    }

    @Test(arguments: Vectors.successes)
    func `a stream of only its last event gives the whole response`(name: String) throws {
        let body = String(decoding: try Vectors.bytes("bodies/\(name).json"), as: UTF8.self)
        for type in ["completed", "incomplete", "done"] {
            let stream = try Streamed([#"{"type":"response.\#(type)","response":\#(body)}"#])
            #expect(try stream.said == Said(completion: whole(name)))
        }
    }

    private func whole(_ name: String) throws -> Value {
        let body = try Vectors.bytes("bodies/\(name).json")
        return try Document(parsing: completion(String(decoding: body, as: UTF8.self)).body).root
    }

    private func streamed(_ name: String, usage: Bool = true) throws -> Streamed {
        var stream = Streamed(try translator(usage: usage))
        for event in try Vectors.events(name) { stream.send(event) }
        stream.end()
        return stream
    }
}

extension String {
    /// The number of occurrences of `part`.
    fileprivate func count(of part: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
