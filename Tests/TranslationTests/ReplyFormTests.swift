import EventStream
import JSON
import TestSupport
import Testing
import Translation

/// A whole reply told as a stream, and a stream joined into a whole reply.
struct ReplyFormTests {
    private static let replies = Vectors.successes

    private func written(_ reply: Value, includesUsage: Bool = true) throws -> [Value] {
        var output: [UInt8] = []
        #expect(ReplyEvents.write(reply, includesUsage: includesUsage, into: &output))
        return try chunks(in: output)
    }

    @Test(arguments: replies)
    func `a response told as a stream and joined again is the same`(name: String) throws {
        let response = try Vectors.json("bodies/\(name).json")
        var collector = ResponseCollector()
        for event in try written(response) { collector.add(event) }
        let joined = try Document(parsing: #require(collector.body())).root
        #expect(joined["output"]?.compact == response["output"]?.compact)
        #expect(joined["usage"]?.compact == response["usage"]?.compact)
        #expect(joined["status"]?.compact == response["status"]?.compact)
    }

    @Test(arguments: replies)
    func `a response told as a stream is translated like the response itself`(name: String) throws {
        let response = try Vectors.json("bodies/\(name).json")
        let events = try written(response).map { String(decoding: $0.text, as: UTF8.self) }
        let whole = try SingleReplyTranslator(context: context(), id: "id", created: 7)
            .translate(Document(parsing: Vectors.bytes("bodies/\(name).json")))
        #expect(try Streamed(events).said == Said(completion: Document(parsing: whole.body).root))
    }

    @Test(arguments: replies)
    func `the events of a recorded stream join into its response`(name: String) throws {
        let events = try Vectors.events(name).map { try Document(parsing: $0).root }
        let response = try #require(events.last?["response"])
        // The final response without its output: the items come from their own events.
        for lacksOutput in [false, true] {
            var collector = ResponseCollector()
            for event in events.dropLast() { collector.add(event) }
            let type = events.last?["type"]?.string ?? ""
            let output =
                lacksOutput ? "[]" : response["output"].map { String(decoding: $0.text, as: UTF8.self) } ?? "[]"
            let end = #"{"type":"\#(type)","response":{"id":"r","status":"completed","output":\#(output)}}"#
            collector.add(try Document(parsing: Array(end.utf8)).root)
            let joined = try Document(parsing: #require(collector.body())).root
            let said = try completion(String(decoding: joined.text, as: UTF8.self))
            let expected = try completion(
                #"{"id":"r","output":\#(String(decoding: response["output"]!.text, as: UTF8.self))}"#)
            #expect(said.body == expected.body)
        }
    }

    @Test func `items that only deltas tell are joined too`() throws {
        let events = [
            created(), added(emptyMessage()), delta("output_text", "Hel"), delta("output_text", "lo"),
            added(functionCall("c", "f", ""), at: 1), delta("function_call_arguments", "{}", at: 1), completed(),
        ]
        var collector = ResponseCollector()
        for event in events { collector.add(try Document(parsing: Array(event.utf8)).root) }
        let joined = String(decoding: try #require(collector.body()), as: UTF8.self)
        let said = try Said(completion: Document(parsing: completion(joined).body).root)
        #expect((said.content, said.calls.first?.input) == ("Hello", "{}"))
    }

    @Test(arguments: replies)
    func `a completion told as a stream and joined again is the same`(name: String) throws {
        let completion = try Vectors.json("expected/\(name).completion.json")
        for includesUsage in [true, false] {
            let chunks = try written(completion, includesUsage: includesUsage)
            var said = Said(chunks: chunks)
            var expected = Said(completion: completion)
            #expect(chunks.allSatisfy { $0["object"]?.string == "chat.completion.chunk" })
            if !includesUsage {
                #expect(chunks.allSatisfy { $0["usage"] == nil })
                (said.usage, expected.usage) = (nil, nil)
            }
            #expect(said == expected)
            var collector = ChunkCollector()
            for chunk in chunks { collector.add(chunk) }
            let joined = try Document(parsing: #require(collector.body())).root
            var again = Said(completion: joined)
            if !includesUsage { again.usage = nil }
            #expect(again == expected)
            #expect(joined["object"]?.string == "chat.completion")
        }
    }

    @Test(arguments: replies)
    func `the chunks of a stream join into the whole completion`(name: String) throws {
        let chunks = try chunks(in: Vectors.bytes("expected/\(name).chunks.sse"))
        var collector = ChunkCollector()
        for chunk in chunks { collector.add(chunk) }
        let joined = try Document(parsing: #require(collector.body())).root
        #expect(Said(completion: joined) == Said(chunks: chunks))
    }

    /// The time is proportional to the number of chunks.
    @Test func `a hundred thousand chunks are joined`() throws {
        let chunk = #"{"id":"c","choices":[{"index":0,"delta":{"content":"ab"}}]}"#
        let end = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
        let (part, last) = (try Document(parsing: Array(chunk.utf8)).root, try Document(parsing: Array(end.utf8)).root)
        func duration(_ count: Int) throws -> Duration {
            var collector = ChunkCollector()
            let start = ContinuousClock.now
            for _ in 0..<count { collector.add(part) }
            collector.add(last)
            let body = try #require(collector.body())
            #expect(body.count > 2 * count)
            return ContinuousClock.now - start
        }
        let (few, many) = (try duration(5000), try duration(100_000))
        // 20 times the chunks; with copies it would take 400 times as long.
        #expect(many < few * 100)
    }

    @Test func `several choices and their calls are kept apart`() throws {
        var collector = ChunkCollector()
        for (choice, call, text) in [(0, 0, "a"), (1, 0, "b"), (0, 1, "c"), (1, 0, "d"), (0, 0, "e")] {
            let chunk = #"""
                {"id":"c","choices":[{"index":\#(choice),"delta":{"content":"\#(text)","tool_calls":[{"index":\#(call),\#
                "id":"call_\#(choice)\#(call)","type":"function","function":{"name":"f","arguments":"\#(text)"}}]}}]}
                """#
            collector.add(try Document(parsing: Array(chunk.utf8)).root)
        }
        #expect(collector.body() == nil)
        for choice in [0, 1] {
            let end = #"{"choices":[{"index":\#(choice),"delta":{},"finish_reason":"tool_calls"}]}"#
            collector.add(try Document(parsing: Array(end.utf8)).root)
        }
        let joined = try String(decoding: #require(collector.body()), as: UTF8.self)
        #expect(try at(["choices", "0", "message", "content"], in: joined) == #""ace""#)
        #expect(try at(["choices", "1", "message", "content"], in: joined) == #""bd""#)
        #expect(
            try at(["choices", "0", "message", "tool_calls", "0", "function", "arguments"], in: joined) == #""ae""#)
        #expect(try at(["choices", "0", "message", "tool_calls", "1", "id"], in: joined) == #""call_01""#)
        #expect(try at(["choices", "1", "message", "tool_calls", "0", "id"], in: joined) == #""call_10""#)
    }

    @Test(arguments: replies)
    func `any values in a reply give valid JSON, or no stream`(name: String) throws {
        let roots = [try Vectors.json("bodies/\(name).json"), try Vectors.json("expected/\(name).completion.json")]
        for seed in 0..<UInt64(20) {
            var random = SeededGenerator(seed: seed)
            for root in roots {
                var writer = Writer()
                writer.garbled(root, &random)
                var output: [UInt8] = []
                let isReply = ReplyEvents.write(
                    try Document(parsing: writer.bytes).root, includesUsage: true, into: &output)
                #expect(isReply || output.isEmpty)
                var collectors = (ResponseCollector(), ChunkCollector())
                for event in try chunks(in: output) {
                    collectors.0.add(event)
                    collectors.1.add(event)
                }
                for body in [collectors.0.body(), collectors.1.body()].compactMap(\.self) {
                    #expect(throws: Never.self) { try Document(parsing: body) }
                }
            }
        }
    }
}
