import JSON
import Testing
import Translation

/// Streams of servers that are not OpenAI's: they leave things out, or say them late.
struct ForeignStreamTests {
    // MARK: Items without an index, an id, or both

    /// Removes members by their names from every event.
    private func without(_ name: String, in events: [String]) throws -> [String] {
        try events.map { event in
            let root = try Document(parsing: Array(event.utf8)).root
            var writer = Writer()
            writer.object { for member in root.members where member.name != name { $0.member(member) } }
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    private func argument(_ text: String, of id: String, at index: Int) -> String {
        let quoted = text.replacing("\"", with: "\\\"")
        return #"""
            {"type":"response.function_call_arguments.delta","item_id":"fc_\#(id)","output_index":\#(index),\#
            "delta":"\#(quoted)"}
            """#
    }

    private var twoCalls: [String] {
        [
            created(), added(functionCall("a", "f", ""), at: 0), added(functionCall("b", "g", ""), at: 1),
            argument(#"{"x":"#, of: "a", at: 0), argument(#"{"y":"#, of: "b", at: 1), argument("1}", of: "a", at: 0),
            argument("2}", of: "b", at: 1),
            done(functionCall("a", "f", #"{\"x\":1}"#), at: 0), done(functionCall("b", "g", #"{\"y\":2}"#), at: 1),
            completed(functionCall("a", "f", #"{\"x\":1}"#), functionCall("b", "g", #"{\"y\":2}"#)),
        ]
    }

    @Test(arguments: [[], ["output_index"], ["item_id"]])
    func `the arguments of two open calls are told apart by id or by index`(missing: [String]) throws {
        var events = twoCalls
        for name in missing { events = try without(name, in: events) }
        #expect(
            try Streamed(events).said.calls == [
                Said.Call("function", id: "a", name: "f", input: #"{"x":1}"#),
                Said.Call("function", id: "b", name: "g", input: #"{"y":2}"#),
            ])
    }

    @Test(arguments: [["output_index"], ["item_id"], ["output_index", "item_id"]])
    func `a text arrives once, whatever names its item`(missing: [String]) throws {
        var events = [
            created(), added(#"{"type":"reasoning","id":"rs","summary":[]}"#), added(emptyMessage(), at: 1),
            #"{"type":"response.output_text.delta","item_id":"msg","output_index":1,"content_index":0,"delta":"Hel"}"#,
            #"{"type":"response.output_text.delta","item_id":"msg","output_index":1,"content_index":0,"delta":"lo"}"#,
            #"{"type":"response.output_text.done","item_id":"msg","output_index":1,"content_index":0,"text":"Hello"}"#,
            done(message("Hello"), at: 1), completed(#"{"type":"reasoning","id":"rs","summary":[]}"#, message("Hello")),
        ]
        for name in missing { events = try without(name, in: events) }
        #expect(try Streamed(events).said.content == "Hello")
        #expect(try Streamed(Array(events.dropLast())).said.content == "Hello")
    }

    @Test func `items that all have the index 0 are told apart by their ids`() throws {
        let one = #"{"type":"message","id":"m1","content":[{"type":"output_text","text":"One."}]}"#
        let two = #"{"type":"message","id":"m2","content":[{"type":"output_text","text":"Two."}]}"#
        let events = [created(), added(one), done(one), added(two), done(two), completed(one, two)]
        #expect(try Streamed(events).said.content == "One.Two.")
    }

    // MARK: Said once, and not in the deltas

    @Test(arguments: [
        whole("output_text", "text", "Hello world"), done(message("Hello world")), completed(message("Hello world")),
    ])
    func `the end of a text that the deltas lack comes from the next complete telling`(telling: String) throws {
        let events = [created(), added(emptyMessage()), delta("output_text", "Hello"), telling]
        #expect(try Streamed(events).said.content == "Hello world")
    }

    @Test func `the end of a call's arguments that the deltas lack is not lost`() throws {
        let events = [
            created(), added(functionCall("c", "f", "")), delta("function_call_arguments", #"{\"a\":"#),
            done(functionCall("c", "f", #"{\"a\":1}"#)), completed(functionCall("c", "f", #"{\"a\":1}"#)),
        ]
        #expect(try Streamed(events).said.calls == [Said.Call("function", id: "c", name: "f", input: #"{"a":1}"#)])
    }

    @Test(arguments: [
        #"{"type":"function_call","id":"fc_c"}"#, #"{"type":"function_call","id":"fc_c","name":"","call_id":""}"#,
    ])
    func `a call whose name and id come last is written whole`(announced: String) throws {
        let events = [
            created(), added(announced), delta("function_call_arguments", #"{\"a\":"#),
            delta("function_call_arguments", "1}"), done(functionCall("c", "f", #"{\"a\":1}"#)), completed(),
        ]
        #expect(try Streamed(events).said.calls == [Said.Call("function", id: "c", name: "f", input: #"{"a":1}"#)])
    }

    @Test func `a call without an id gets one, because clients answer it by its id`() throws {
        let events = [created(), done(#"{"type":"function_call","name":"f","arguments":"{}"}"#), completed()]
        let call = try #require(try Streamed(events).said.calls.first)
        #expect((call.name, call.input) == ("f", "{}"))
        #expect(call.id == "call_1_1")
    }

    @Test func `arguments that are an object become a text`() throws {
        let item = #"{"type":"function_call","call_id":"c","name":"f","arguments":{"a":1}}"#
        #expect(try Streamed([done(item), completed()]).said.calls.first?.input == #"{"a":1}"#)
        let reply = try completion(#"{"output":[\#(item)]}"#)
        let said = try Said(completion: Document(parsing: reply.body).root)
        #expect(said.calls.first?.input == #"{"a":1}"#)
    }

    @Test func `text that contradicts the deltas is not appended to them`() throws {
        let events = [
            created(), added(emptyMessage()), delta("output_text", "Hello"), done(message("Other")), completed(),
        ]
        #expect(try Streamed(events).said.content == "Hello")
    }

    // MARK: Lost events

    private func numbered(_ events: [String]) -> [String] {
        events.enumerated().map { #"{"sequence_number":\#($0),\#($1.dropFirst())"# }
    }

    private let partAdded =
        #"{"type":"response.content_part.added","content_index":0,"part":{"type":"output_text","text":""}}"#

    private var story: [String] {
        let text = "Once upon a time"
        let deltas = ["On", "ce ", "upon", " a ", "time"].map { delta("output_text", $0) }
        return [created(), added(emptyMessage()), partAdded] + deltas
            + [whole("output_text", "text", text), done(message(text)), completed(message(text))]
    }

    @Test(arguments: 2...7)
    func `a lost delta delays the text, and neither loses nor doubles any`(lost: Int) throws {
        var events = numbered(story)
        events.remove(at: lost)
        #expect(try Streamed(events).said.content == "Once upon a time")
    }

    @Test(arguments: 2...7)
    func `a delta that arrives twice is written once`(doubled: Int) throws {
        var events = numbered(story)
        events.insert(events[doubled], at: doubled)
        #expect(try Streamed(events).said.content == "Once upon a time")
    }

    @Test(arguments: 2...6)
    func `deltas in the wrong order are put right by the complete text`(first: Int) throws {
        var events = numbered(story)
        events.swapAt(first, first + 1)
        #expect(try Streamed(events).said.content == "Once upon a time")
    }

    @Test(arguments: [
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 1, 2, 0, 1, 2, 3, 0, 0],
        [0, 4, 9, 11, 20, 21, 30, 31, 40, 44, 50],
    ])
    func `numbers that are not the events' own change nothing`(numbers: [Int]) throws {
        let events = zip(numbers, story).map { #"{"sequence_number":\#($0),\#($1.dropFirst())"# }
        for count in [5, 7, events.count] {
            #expect("Once upon a time".hasPrefix(try Streamed(Array(events.prefix(count))).said.content))
        }
        #expect(try Streamed(events).said.content == "Once upon a time")
    }

    @Test(arguments: [[0, 0, 0, 0, 0], [5, 5, 5, 5, 5], [0, 1, 1, 1, 2], [3, 2, 1, 0, 0]])
    func `equal deltas with equal numbers are not taken for one`(numbers: [Int]) throws {
        let events = [added(emptyMessage())] + ["ha", "ha", "ha"].map { delta("output_text", $0) } + [completed()]
        let numbered = zip(numbers, events).map { #"{"sequence_number":\#($0),\#($1.dropFirst())"# }
        #expect(try Streamed(numbered).said.content == "hahaha")
    }

    @Test func `deltas that are all numbered alike stream after the third`() throws {
        var stream = Streamed(try translator())
        let numbers = [0, 1, 2, 14, 14, 14, 14, 14]
        let events = [created(), added(emptyMessage()), created()] + (0..<5).map { _ in delta("output_text", "ha") }
        for (number, event) in zip(numbers, events) {
            stream.send(#"{"sequence_number":\#(number),\#(event.dropFirst())"#)
        }
        #expect(try stream.said.content == "hahahahaha")
    }

    @Test(arguments: [[0, 2, 4, 5, 6], [0, 2, 3, 4, 5], [1, 2, 4, 5, 6], [0, 10, 20, 21, 22]])
    func `a server that leaves out announcements and keeps the numbers streams from the first delta`(
        numbers: [Int]
    ) throws {
        let events = [created(), added(emptyMessage())] + ["a", "b", "c"].map { delta("output_text", $0) }
        var stream = Streamed(try translator())
        var texts: [String] = []
        for (number, event) in zip(numbers, events) {
            stream.send(#"{"sequence_number":\#(number),\#(event.dropFirst())"#)
            texts.append(try stream.said.content)
        }
        #expect(texts == ["", "", "a", "ab", "abc"])
        var bare = Streamed(try translator())
        for (number, event) in zip([0, 4, 5, 6], [events[0]] + events[2...]) {
            bare.send(#"{"sequence_number":\#(number),\#(event.dropFirst())"#)
        }
        #expect(try bare.said.content == "abc")
    }

    @Test func `the greatest and the smallest numbers are harmless`() throws {
        let part = #""part":{"type":"output_text","text":""}"#
        let events = [
            #"{"type":"response.created","sequence_number":-9223372036854775808}"#,
            #"{"type":"response.content_part.added","content_index":9223372036854775807,\#(part)}"#,
            #"{"type":"response.content_part.added",\#(part)}"#,
            #"{"type":"response.output_text.delta","sequence_number":9223372036854775807,"delta":"a"}"#,
            #"{"type":"response.output_text.delta","sequence_number":-9223372036854775808,"delta":"b"}"#, completed(),
        ]
        #expect(try Streamed(events).said.content == "ab")
    }

    // MARK: Halves of characters

    private let emoji = (first: #"\ud83d"#, second: #"\ude00"#)

    @Test(arguments: ["output_text", "refusal", "reasoning_summary_text", "function_call_arguments"])
    func `half a character waits for its other half`(kind: String) throws {
        let opening = kind == "function_call_arguments" ? [added(functionCall("c", "f", ""))] : []
        let events =
            opening + [
                delta(kind, "a" + emoji.first), delta(kind, emoji.second + "b"), delta(kind, #"\\ud83d"#), completed(),
            ]
        let stream = try Streamed(events)
        let said = try stream.said
        let text = said.content + said.refusal + said.reasoning + (said.calls.first?.input ?? "")
        #expect(text == "a😀b" + #"\ud83d"#)
        try expectNoLoneSurrogate(stream)
    }

    @Test(arguments: ["", #""stop":["never"]"#, #""stop":["b"]"#])
    func `half a character without its other half becomes the replacement character`(fields: String) throws {
        let events = [
            delta("output_text", "a" + emoji.first), delta("output_text", "c"), delta("output_text", emoji.second),
            delta("output_text", emoji.first), completed(),
        ]
        let stream = try Streamed(events, fields)
        #expect(try stream.said.content == "a\u{FFFD}c\u{FFFD}\u{FFFD}")
        try expectNoLoneSurrogate(stream)
    }

    @Test func `a complete text completes half a character`() throws {
        let events = [delta("output_text", "a" + emoji.first), whole("output_text", "text", "a😀b"), completed()]
        #expect(try Streamed(events).said.content == "a😀b")
    }

    @Test func `a token limit within a character writes no half of it`() throws {
        let events = [delta("output_text", "a"), delta("output_text", emoji.first), delta("output_text", emoji.second)]
        let stream = try Streamed(events + [completed()], #""max_tokens":2"#)
        try expectNoLoneSurrogate(stream)
        #expect(try stream.said.content == "a")
    }

    @Test func `a whole response has no half characters`() throws {
        let call = #"{"type":"function_call","call_id":"c","name":"f","arguments":"\ud83d"}"#
        let body = #"{"output":[\#(message(#"x\ud83dy\ude00"#)),\#(call)]}"#
        let reply = try completion(body)
        let text = String(decoding: reply.body, as: UTF8.self)
        #expect(!text.contains(#"\ud"#))
        #expect(text.contains("x\u{FFFD}y\u{FFFD}"))
    }

    private func expectNoLoneSurrogate(_ stream: Streamed) throws {
        for chunk in try stream.chunks {
            for choice in chunk["choices"]?.elements ?? .empty {
                var texts = choice["delta"]?.members.compactMap { $0.value.stringContents } ?? []
                for call in choice["delta"]?["tool_calls"]?.elements ?? .empty {
                    if let input = call["function"]?["arguments"]?.stringContents { texts.append(input) }
                }
                for text in texts {
                    for (scalar, _) in text.scalars { #expect(scalar != nil, "in \(chunk.compact)") }
                }
            }
        }
    }

    // MARK: The end

    @Test(arguments: [
        #""incomplete_details":null"#, #""incomplete_details":{"reason":"something_new"}"#, #""incomplete_details":{}"#,
        #""status":"incomplete""#,
    ])
    func `an incomplete response never ends with stop`(fields: String) throws {
        let status = fields.contains("status") ? "" : #""status":"incomplete","#
        let body = #"{"id":"resp_1",\#(status)\#(fields),"output":[\#(message("x"))]}"#
        let reply = try completion(body)
        #expect(try Said(completion: Document(parsing: reply.body).root).finishReason == "length")
        let event = #"{"type":"response.incomplete","response":{"id":"resp_1",\#(fields),"output":[\#(message("x"))]}}"#
        #expect(try Streamed([event]).finishReason == .length)
    }

    @Test(arguments: [
        #"{"type":"response.failed","response":{"error":{"message":"x"},"usage":{"input_tokens":7,"output_tokens":3}}}"#,
        #"{"type":"error","message":"x","usage":{"input_tokens":7,"output_tokens":3}}"#,
        #"{"error":{"message":"x"},"usage":{"prompt_tokens":7,"completion_tokens":3}}"#,
    ])
    func `the usage that comes with a failure counts`(event: String) throws {
        let stream = try Streamed([delta("output_text", "x"), event])
        #expect(stream.failure != nil)
        #expect((stream.translator.usage?.input, stream.translator.usage?.output) == (7, 3))
    }
}
