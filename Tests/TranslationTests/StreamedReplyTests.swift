import EventStream
import JSON
import Testing
import Translation

/// A stream of events as chunks, rule by rule.
struct StreamedReplyTests {
    private let hello = [
        created(), added(emptyMessage()), delta("output_text", "Hel"), delta("output_text", "lo"),
        whole("output_text", "text", "Hello"), done(message("Hello")), completed(message("Hello")),
    ]

    // MARK: No duplicates

    @Test(arguments: [
        [0, 1, 2, 3, 4, 5, 6], [0, 1, 4, 5, 6], [0, 1, 5, 6], [0, 5, 6], [0, 6], [6], [2, 3, 6], [0, 4, 6],
        [0, 2, 3, 5, 6],
    ])
    func `text is sent once, whichever of its events arrive`(said: [Int]) throws {
        #expect(try Streamed(said.map { hello[$0] }).said.content == "Hello")
    }

    @Test(arguments: [
        [0, 1, 2, 3, 4, 5, 6], [0, 1, 4, 6], [0, 1, 5, 6], [0, 5, 6], [0, 6], [2, 3, 6], [0, 2, 3, 4, 5, 6],
    ])
    func `a call is sent once, whichever of its events arrive`(said: [Int]) throws {
        let call = functionCall("c", "f", #"{\"a\":1}"#)
        let events = [
            created(), added(functionCall("c", "f", ""), at: 1), delta("function_call_arguments", #"{\"a\""#, at: 1),
            delta("function_call_arguments", ":1}", at: 1),
            whole("function_call_arguments", "arguments", #"{\"a\":1}"#, at: 1), done(call, at: 1),
            completed(#"{"type":"reasoning","id":"rs","summary":[]}"#, call),
        ]
        let stream = try Streamed(said.map { events[$0] })
        #expect(try stream.said.calls == [Said.Call("function", id: "c", name: "f", input: #"{"a":1}"#)])
        #expect(stream.finishReason == .toolCalls)
    }

    @Test(arguments: [[0, 1, 2, 3, 4], [0, 1, 4], [2, 3, 4], [3, 4], [4]])
    func `a refusal is sent once, and not as content`(said: [Int]) throws {
        let refused = #"{"type":"message","id":"msg","content":[{"type":"refusal","refusal":"no!"}]}"#
        let events = [
            delta("refusal", "no"), delta("refusal", "!"), whole("refusal", "refusal", "no!"), done(refused),
            completed(refused),
        ]
        let stream = try Streamed(said.map { events[$0] })
        #expect(try stream.said.refusal == "no!")
        #expect(try stream.said.content == "")
        #expect(stream.text.contains(#""content":null"#))
    }

    @Test(arguments: [[0, 1, 2, 3, 4, 5, 6], [3, 4, 5, 6], [5, 6], [6]])
    func `reasoning is sent once, with its parts as paragraphs`(said: [Int]) throws {
        let items = [
            #"{"type":"reasoning","id":"r1","summary":[{"text":"ab"},{"text":"c"}]}"#,
            #"{"type":"reasoning","id":"r2","summary":[],"content":[{"text":"d"}]}"#,
        ]
        let kind = "reasoning_summary_text"
        let events = [
            delta(kind, "a"), delta(kind, "b"), delta(kind, "c", part: 1),
            whole(kind, "text", "ab"), whole(kind, "text", "c", part: 1), done(items[0]),
            completed(items[0], items[1], message("yes")),
        ]
        let stream = try Streamed(said.map { events[$0] })
        #expect(try stream.said.reasoning == "ab\n\nc\n\nd")
        #expect(try stream.said.content == "yes")
    }

    @Test func `a final response that omits items duplicates nothing`() throws {
        let stream = try Streamed([
            added(emptyMessage(), at: 1), delta("output_text", "Hello", at: 1), done(message("Hello"), at: 1),
            completed(message("Hello")),
        ])
        #expect(try stream.said.content == "Hello")
    }

    @Test func `items that share an id are separate items`() throws {
        let items = [commentary("hm"), message("yes"), message("!")]
        let stream = try Streamed([done(items[0]), completed(items[0], items[1], items[2])])
        #expect(try stream.said.content == "yes!")
        #expect(try stream.said.reasoning == "hm")
    }

    @Test func `text that arrives after its citation is not lost`() throws {
        let text = #"{"text":"Hello","annotations":[\#(citation(0, 5))]}"#
        let item = #"{"type":"message","id":"msg","content":[\#(text)]}"#
        let stream = try Streamed([
            added(emptyMessage()), annotationAdded(citation(0, 5)), whole("output_text", "text", "Hello"), done(item),
            completed(item),
        ])
        #expect(try stream.said.content == "Hello")
        #expect(try stream.said.annotations == [nestedCitation(0, 5)])
    }

    // MARK: Calls

    @Test func `calls have their own indices and can be interleaved`() throws {
        let stream = try Streamed([
            added(functionCall("a", "f", "")), added(functionCall("b", "g", ""), at: 1),
            delta("function_call_arguments", "1", at: 1), delta("function_call_arguments", "2"),
            delta("function_call_arguments", "3", at: 1), delta("function_call_arguments", "4"),
            completed(functionCall("a", "f", "24"), functionCall("b", "g", "13")),
        ])
        #expect(
            try stream.said.calls == [
                Said.Call("function", id: "a", name: "f", input: "24"),
                Said.Call("function", id: "b", name: "g", input: "13"),
            ])
    }

    @Test func `a custom call stays custom, even with null arguments beside its input`() throws {
        let item = #"{"type":"custom_tool_call","id":"x","call_id":"c","name":"g","arguments":null,"input":"raw"}"#
        let expected = [Said.Call("custom", id: "c", name: "g", input: "raw")]
        #expect(try Streamed([done(item), completed(item)]).said.calls == expected)
        let begun = #"{"type":"custom_tool_call","id":"x","call_id":"c","name":"g","input":""}"#
        let deltas = [delta("custom_tool_call_input", "r"), delta("custom_tool_call_input", "aw")]
        let whole = whole("custom_tool_call_input", "input", "raw")
        for input in [deltas, [whole], deltas + [whole]] {
            #expect(try Streamed([added(begun)] + input + [done(item), completed(item)]).said.calls == expected)
        }
    }

    @Test func `legacy functions get a legacy function_call`() throws {
        let stream = try Streamed(
            [
                added(functionCall("c", "f", "")), delta("function_call_arguments", "{"),
                delta("function_call_arguments", "}"), completed(functionCall("c", "f", "{}")),
            ], functions: true)
        #expect(try stream.said.functionCall == Said.Call("", id: "", name: "f", input: "{}"))
        #expect(try stream.said.calls == [])
        #expect(stream.finishReason == .functionCall)
    }

    // MARK: Commentary

    @Test(arguments: [true, false])
    func `commentary before an answer becomes reasoning, and neither is duplicated`(hasDeltas: Bool) throws {
        let deltas = [
            added(emptyMessage(phase: "commentary")), delta("output_text", "hm"),
            added(emptyMessage(phase: "final_answer"), at: 1), delta("output_text", "yes", at: 1),
        ]
        let stream = try Streamed(
            (hasDeltas ? deltas : []) + [
                done(commentary("hm")), done(message("yes", phase: "final_answer"), at: 1),
                completed(commentary("hm"), message("yes", phase: "final_answer")),
            ])
        #expect(try stream.said.content == "yes")
        #expect(try stream.said.reasoning == "hm")
    }

    @Test(arguments: [true, false])
    func `commentary beside a call becomes the content`(isFirst: Bool) throws {
        let items = [commentary("hm"), functionCall("c", "f", "{}")]
        let ordered = isFirst ? items : items.reversed()
        let stream = try Streamed([
            done(ordered[0]), done(ordered[1], at: 1), completed(ordered[0], ordered[1]),
        ])
        #expect(try stream.said.content == "hm")
        #expect(try stream.said.reasoning == "")
        #expect(try stream.said.calls.count == 1)
    }

    @Test func `a citation inside commentary is sent only if the commentary is the content`() throws {
        let commented = [
            added(emptyMessage(phase: "commentary")), delta("output_text", "hm"), annotationAdded(citation(0, 2)),
        ]
        let answered = try Streamed(commented + [completed(commentary("hm"), message("yes"))])
        #expect(try answered.said.annotations == [])
        let alone = try Streamed(commented + [completed(commentary("hm"), functionCall("c", "f", "{}"))])
        #expect(try alone.said.annotations == [nestedCitation(0, 2)])
    }

    // MARK: Parts of text

    @Test func `a citation is nested, sent once and shifted to its position in the joined text`() throws {
        let parts = #"""
            {"text":"d\u00e9","annotations":[\#(citation(0, 2))]},\#
            {"text":"x","annotations":[{"type":"file_citation"},\#(citation(0, 1))]}
            """#
        let item = #"{"type":"message","id":"msg","content":[\#(parts)]}"#
        let events = [
            delta("output_text", #"d\u00e9"#), annotationAdded(citation(0, 2)),
            whole("output_text", "text", #"d\u00e9"#), delta("output_text", "x", part: 1),
            annotationAdded(#"{"type":"file_citation"}"#, part: 1), annotationAdded(citation(0, 1), part: 1),
            whole("output_text", "text", "x", part: 1), done(item), completed(item),
        ]
        for kept in [events, Array(events.suffix(2)), Array(events.suffix(1))] {
            #expect(try Streamed(kept).said.annotations == [nestedCitation(0, 2), nestedCitation(2, 3)])
        }
    }

    @Test(arguments: ["", #","logprobs":null"#, #","logprobs":[]"#])
    func `a delta without logprobs has none in its chunk`(logprobs: String) throws {
        let delta = #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a"\#(logprobs)}"#
        #expect(
            try Streamed([delta, completed(message("a"))]).chunks.allSatisfy { chunk in
                chunk["choices"]?.elements.allSatisfy { $0["logprobs"]?.isNull == true } == true
            })
    }

    @Test func `logprobs are sent with their text, once`() throws {
        let logprobs = #""logprobs":[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[]}]"#
        let expected = [#"{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[]}"#]
        let item = #"{"type":"message","id":"msg","content":[{"text":"a",\#(logprobs)}]}"#
        let delta = #"{"type":"response.output_text.delta","delta":"a",\#(logprobs)}"#
        #expect(try Streamed([delta, done(item), completed(item)]).said.logprobs == expected)
        #expect(try Streamed([done(item), completed(item)]).said.logprobs == expected)
    }

    @Test func `line breaks in an event's data do not break chunks`() throws {
        let logprobs = "[{\"token\":\"a\",\"logprob\":0,\n\"bytes\":[\n97\n],\"top_logprobs\":[\n]}]"
        let name = "{\n\"a\":1}"
        let stream = try Streamed([
            "{\"type\":\"response.output_text.delta\",\n\"delta\":\"a\",\"logprobs\":\(logprobs)}",
            added("{\"type\":\"function_call\",\"call_id\":\(name),\"name\":\(name)}", at: 1),
            annotationAdded("{\"type\":\"url_citation\",\"url\":\(name)}"),
            completed("{\"type\":\"message\",\n\"content\":[\n]}"),
        ])
        #expect(try stream.said.logprobs == [#"{"token":"a","logprob":0,"bytes":[97],"top_logprobs":[]}"#])
        #expect(try stream.said.calls.count == 1)
    }

    // MARK: Beginning and end

    @Test func `nothing is written before there is content`() throws {
        var stream = Streamed(try translator())
        for event in [created(), #"{"type":"response.in_progress","response":{}}"#, added(emptyMessage())] {
            stream.send(event)
        }
        #expect(stream.bytes == [])
        #expect(!stream.translator.hasBegun)
        stream.send(delta("output_text", "a"))
        #expect(stream.translator.hasBegun)
    }

    @Test(arguments: 0...7)
    func `heartbeats at any position do not change the content`(position: Int) throws {
        var stream = Streamed(try translator())
        for event in hello.prefix(position) { stream.send(event) }
        if stream.translator.outcome == nil {
            stream.translator.writeBeat(into: &stream.bytes)
            stream.translator.writeBeat(into: &stream.bytes)
        }
        for event in hello.dropFirst(position) { stream.send(event) }
        let chunks = try stream.chunks
        #expect(try stream.said.content == "Hello")
        #expect(Set(chunks.map { $0["id"]?.string }).count == 1)
        #expect(!stream.text.contains("chatcmpl-id"))
        let roles = chunks.filter { $0["choices"]?.elements.contains { $0["delta"]?["role"] != nil } == true }
        #expect(roles.count == 1)
        #expect(chunks.first?["choices"]?.elements.contains { $0["delta"]?["role"] != nil } == true)
    }

    @Test(arguments: [
        (#""status":"completed""#, "completed", FinishReason.stop),
        (#""status":"completed""#, "done", .stop),
        (#""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}"#, "incomplete", .length),
        (#""status":"incomplete","incomplete_details":{"reason":"content_filter"}"#, "incomplete", .contentFilter),
    ])
    func `the last event determines the finish reason and ends the stream`(
        fields: String, type: String, reason: FinishReason
    ) throws {
        let end = #"{"type":"response.\#(type)","response":{\#(fields),"output":[]}}"#
        let stream = try Streamed([delta("output_text", "a"), end, delta("output_text", "b"), end])
        #expect(stream.finishReason == reason)
        #expect(try stream.said.content == "a")
        #expect(stream.text.hasSuffix("data: [DONE]\n\n"))
    }

    @Test func `an incomplete call gives finish reason length`() throws {
        let end =
            #"{"type":"response.incomplete","response":{"status":"incomplete","#
            + #""incomplete_details":{"reason":"max_output_tokens"},"output":[]}}"#
        #expect(try Streamed([added(functionCall("c", "f", "")), end]).finishReason == .length)
    }

    @Test func `usage and tier are sent at the end, usage only if requested`() throws {
        let fields = #"""
            ,"service_tier":"flex","usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},\#
            "output_tokens":5,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":14}
            """#
        for asked in [true, false] {
            let stream = try Streamed([completed(message("a"), fields: fields)], usage: asked)
            #expect(try stream.said.usage?.contains(#""prompt_tokens":9"#) == (asked ? true : nil))
            #expect(try stream.said.serviceTier == "flex")
            #expect(stream.translator.usage?.cached == 4)
            #expect(stream.translator.usage?.reasoning == 3)
        }
    }
}
