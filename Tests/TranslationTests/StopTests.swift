import JSON
import TestSupport
import Testing

@testable import Translation

struct StopTests {
    // MARK: The matcher

    /// The position of the first of the sequences, found by a naive search.
    private func find(_ sequences: [[UInt16]], in text: [UInt16]) -> Int? {
        text.indices.first { start in sequences.contains { text[start...].starts(with: $0) } }
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func `text in pieces of any size ends where a search of the whole text would end it`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let alphabet = ["a", "b", "ab", #"\n"#, #"\u00e9"#, "é", "😀", #"\ud83d\ude00"#, #"\ud83d"#]
        func word(_ length: Int) -> String {
            (0..<length).map { _ in alphabet.randomElement(using: &random)! }.joined()
        }
        let stops = (0..<Int.random(in: 1...4, using: &random)).map { _ in word(Int.random(in: 1...4, using: &random)) }
        let pieces = (0..<12).map { _ in word(Int.random(in: 1...3, using: &random)) }

        var visible = VisibleText(stops: try stops.map(contents))
        var shown: [UInt8] = []
        for piece in try pieces.map(contents) { shown += visible.append(.init(text: piece)).text.bytes }
        shown += visible.finish().text.bytes

        let all = try pieces.map(contents).flatMap(\.utf16)
        let expected = find(try stops.map { try contents($0).utf16 }, in: all)
        #expect(try contents(String(decoding: shown, as: UTF8.self)).utf16 == Array(all[..<(expected ?? all.count)]))
        #expect((visible.ending == .stop) == (expected != nil))
    }

    private func contents(_ text: String) throws -> StringContents {
        try #require(Document(parsing: Array(#""\#(text)""#.utf8)).root.stringContents)
    }

    @Test func `only text that may start a stop sequence is held back`() throws {
        var visible = VisibleText(stops: [try contents("END")])
        #expect(String(decoding: visible.append(.init(text: try contents("a E"))).text.bytes, as: UTF8.self) == "a ")
        #expect(String(decoding: visible.append(.init(text: try contents("N"))).text.bytes, as: UTF8.self) == "")
        #expect(String(decoding: visible.append(.init(text: try contents("O"))).text.bytes, as: UTF8.self) == "ENO")
    }

    // MARK: Replies

    private let stop = #""stop":"STOP""#

    @Test func `a stop sequence across deltas ends the stream and the upstream request`() throws {
        let events = [created(), added(emptyMessage())] + ["one S", "TO", "P two"].map { delta("output_text", $0) }
        let stream = try Streamed(events, usage: false, stop)
        #expect(try stream.said.content == "one ")
        #expect(try stream.said.finishReason == "stop")
        #expect(stream.translator.leavesUpstream)
        #expect(stream.text.hasSuffix("data: [DONE]\n\n"))
    }

    @Test func `if usage is requested, upstream is read to its end and nothing more is shown`() throws {
        let usage = #","usage":{"input_tokens":3,"output_tokens":9,"total_tokens":12}"#
        let events =
            [created(), added(emptyMessage()), delta("output_text", "one STOP")]
            + [delta("output_text", " two"), done(functionCall("c", "f", "{}"), at: 1)]
            + [completed(message("one STOP two"), fields: usage)]
        let stream = try Streamed(events, stop)
        #expect(try stream.said.content == "one ")
        #expect(try stream.said.calls == [])
        #expect(try stream.said.finishReason == "stop")
        #expect(try stream.said.usage?.contains(#""completion_tokens":9"#) == true)
        #expect(!stream.translator.leavesUpstream)
    }

    @Test(arguments: [
        #"{"type":"error","message":"no"}"#, "no JSON",
        #"{"type":"response.failed","response":{"error":{"message":"x"}}}"#, "",
    ])
    func `upstream errors after the cut are not reported to the client`(event: String) throws {
        var stream = Streamed(StreamTranslator(context: try context(stop), id: "id", created: 7))
        stream.send(delta("output_text", "one STOP"))
        stream.send(event)
        stream.end()
        #expect(stream.failure == nil)
        #expect(try stream.said.finishReason == "stop")
        #expect(stream.text.hasSuffix("data: [DONE]\n\n"))
    }

    @Test func `an incomplete stop sequence is shown at the end`() throws {
        let stream = try Streamed([delta("output_text", "one STO"), completed(message("one STO"))], stop)
        #expect(try stream.said.content == "one STO")
        #expect(try stream.said.finishReason == "stop")
    }

    @Test func `a stop sequence written with escapes is found`() throws {
        let stream = try Streamed(
            [delta("output_text", #"a\n"#), delta("output_text", #"\u005a b"#)], usage: false, #""stop":["\nZ"]"#)
        #expect(try stream.said.content == "a")
    }

    @Test func `a stream without deltas is cut too`() throws {
        let stream = try Streamed([created(), completed(message("one STOP two", "three"))], stop)
        #expect(try stream.said.content == "one ")
        #expect(stream.text.ranges(of: #""finish_reason":"stop""#).count == 1)
    }

    @Test(arguments: [true, false])
    func `nothing is sent after the cut, not even a call after commentary`(usage: Bool) throws {
        let said = commentary("see END more")
        let events = [
            added(emptyMessage(phase: "commentary")), delta("output_text", "see END more"), done(said),
            added(functionCall("c", "f", ""), at: 1), done(functionCall("c", "f", "{}"), at: 1),
            completed(said, functionCall("c", "f", "{}")),
        ]
        let stream = try Streamed(events, usage: usage, #""stop":"END""#)
        #expect(try stream.said.content == "see ")
        #expect(try stream.said.calls == [])
        #expect(stream.text.hasSuffix("data: [DONE]\n\n"))
        let wrapped = functionCall("c", "parallel", #"{\"tool_uses\":[{\"recipient_name\":\"f\",\"parameters\":{}}]}"#)
        let unwrapping = try Streamed(
            events.prefix(3) + [done(wrapped, at: 1), completed(said, wrapped)], usage: usage, #""stop":"END""#)
        #expect(try unwrapping.said.calls == [])
    }

    @Test func `a refusal after the cut is not sent, streamed or whole`() throws {
        let part = #"{"type":"refusal","refusal":"no"}"#
        let item = message("abc END").replacing("}]}", with: "},\(part)]}")
        let whole = Said(
            completion: try Document(
                parsing: completion(#"{"status":"completed","output":[\#(item)]}"#, #""stop":"END""#).body
            ).root)
        #expect(whole.refusal == "")
        #expect(try Streamed([completed(item)], #""stop":"END""#).said.refusal == "")
    }

    @Test(arguments: [true, false])
    func `tokens that are parts of a character keep their logprobs`(streamed: Bool) throws {
        let tokens = [
            #"{"token":"Hi ","bytes":[72,105,32]"#, #"{"token":"\\xf0\\x9f\\x91","bytes":[240,159,145]"#,
            #"{"token":"\\x8b","bytes":[139]"#, #"{"token":" a","bytes":[32,97]"#,
            #"{"token":" END","bytes":[32,69,78,68]"#,
        ].map { $0 + #","logprob":-1,"top_logprobs":[]}"# }
        for (stop, expected) in [("ZZ", 5), ("END", 5), (" END", 4)] {
            let part = #"""
                {"type":"output_text","text":"Hi 👋 a END","annotations":[],"logprobs":[\#(tokens.joined(separator: ","))]}
                """#
            let item = #"{"type":"message","id":"m","role":"assistant","content":[\#(part)]}"#
            let fields = #""stop":"\#(stop)""#
            let said =
                streamed
                ? try Streamed([completed(item)], fields).said
                : Said(
                    completion: try Document(
                        parsing: completion(#"{"status":"completed","output":[\#(item)]}"#, fields).body
                    ).root)
            #expect(said.logprobs.count == expected)
        }
    }

    @Test func `reasoning and calls are not searched`() throws {
        let events = [
            delta("reasoning_summary_text", "STOP", at: 0), done(functionCall("c", "f", #"{\"a\":\"STOP\"}"#), at: 1),
            completed(),
        ]
        let stream = try Streamed(events, stop)
        #expect(try stream.said.reasoning == "STOP")
        #expect(try stream.said.calls.first?.input == #"{"a":"STOP"}"#)
        #expect(try stream.said.finishReason == "tool_calls")
    }

    @Test func `a whole response is cut the same way`() throws {
        let reply = try completion(
            #"{"status":"completed","output":[\#(message("one", " STOP two")),\#(functionCall("c", "f", "{}"))]}"#, stop
        )
        let said = Said(completion: try Document(parsing: reply.body).root)
        #expect(said.content == "one ")
        #expect(said.calls == [])
        #expect(said.finishReason == "stop")
    }

    @Test func `a stop sequence before upstream's limit gives finish reason stop`() throws {
        let reply = try completion(
            #"""
            {"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[\#(message("a STOP b"))]}
            """#, stop)
        #expect(Said(completion: try Document(parsing: reply.body).root).finishReason == "stop")
    }

    @Test(arguments: [true, false])
    func `logprobs are those of the visible tokens`(streamed: Bool) throws {
        let tokens = ["one", " ST", "OP", " two"].map { #"{"token":"\#($0)","logprob":-0.5,"top_logprobs":[]}"# }
        let part = #"""
            {"type":"output_text","text":"one STOP two","annotations":[],"logprobs":[\#(tokens.joined(separator: ","))]}
            """#
        let item = #"{"type":"message","id":"m","role":"assistant","content":[\#(part)]}"#
        let said =
            streamed
            ? try Streamed([done(item), completed(item)], #""stop":" STOP""#).said
            : Said(
                completion: try Document(
                    parsing: completion(#"{"status":"completed","output":[\#(item)]}"#, #""stop":" STOP""#).body
                ).root)
        #expect(said.content == "one")
        #expect(said.logprobs.count == 1)
    }

    @Test func `citations after the cut are dropped`() throws {
        let part =
            #"{"type":"output_text","text":"one STOP two","annotations":[\#(citation(0, 3)),\#(citation(9, 12))]}"#
        let item = #"{"type":"message","id":"m","role":"assistant","content":[\#(part)]}"#
        let reply = try completion(#"{"status":"completed","output":[\#(item)]}"#, stop)
        #expect(Said(completion: try Document(parsing: reply.body).root).annotations.count == 1)
    }

    // MARK: The field

    @Test(arguments: [
        #""stop":7"#, #""stop":["a",1]"#, #""stop":["a","b","c","d","e"]"#, #""stop":{}"#,
        #""stop":"\#(String(repeating: "a", count: 4097))""#,
    ])
    func `anything but up to four strings is rejected`(field: String) throws {
        let error = #expect(throws: RequestError.self) { try context(field) }
        #expect(error?.param?.hasPrefix("stop") == true)
    }

    @Test func `empty stop sequences are ignored`() throws {
        #expect(try context(#""stop":["",""]"#).stops.isEmpty)
    }
}
