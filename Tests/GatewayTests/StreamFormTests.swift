import EventStream
import Foundation
import JSON
import TestSupport
import Testing

@testable import Gateway
@testable import Translation

/// Recorded streams, written in every way that the event stream format and JSON allow: the client gets the same.
struct StreamFormTests {
    static let names = [
        "01_plain_text", "02_unicode", "03_refusal", "04_function_call", "05_parallel_function_calls",
        "06_reasoning_summary", "08_logprobs", "09_incomplete_max_output_tokens", "10_incomplete_content_filter",
        "11_failed", "12_error_event", "13_structured_output",
    ]

    /// One way to write a stream.
    private struct Form: CustomStringConvertible {
        var lineEnd = "\n"
        var hasNames = true
        var space = " "
        var isSpread = false
        var hasOrderMark = false
        var hasExtras = false
        var hasDone = false
        var hasLastLine = true

        var description: String {
            "\(lineEnd.debugDescription) names \(hasNames) space '\(space)' spread \(isSpread) BOM \(hasOrderMark) "
                + "extras \(hasExtras) [DONE] \(hasDone) last line \(hasLastLine)"
        }

        func write(_ events: [(name: String, data: Value)]) -> [UInt8] {
            var text = hasOrderMark ? "\u{FEFF}" : ""
            if hasExtras { text += ":\(lineEnd)retry: 10\(lineEnd)\(lineEnd)" }
            for (index, event) in events.enumerated() {
                if hasExtras { text += ": beat\(lineEnd)id: \(index)\(lineEnd)unknown\(lineEnd)" }
                if hasNames { text += "event:\(space)\(event.name)\(lineEnd)" }
                let data = isSpread ? event.data.spread() : String(decoding: event.data.text, as: UTF8.self)
                for line in data.split(separator: "\n") { text += "data:\(space)\(line)\(lineEnd)" }
                text += lineEnd
            }
            if hasDone { text += "data:\(space)[DONE]\(lineEnd)\(lineEnd)" }
            if !hasLastLine { text.removeLast() }
            return Array(text.utf8)
        }
    }

    /// All combinations, with the line ends in turn.
    private static var forms: [Form] {
        (0..<128).map { bits in
            func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
            return Form(
                lineEnd: ["\n", "\r", "\r\n"][bits % 3], hasNames: bit(0), space: bit(1) ? "" : " ", isSpread: bit(2),
                hasOrderMark: bit(3), hasExtras: bit(4), hasDone: bit(5), hasLastLine: bit(6))
        }
    }

    private func events(_ name: String) throws -> [(name: String, data: Value)] {
        let file = URL(filePath: #filePath).appending(path: "../../Vectors/streams/\(name).sse").standardized
        let bytes = try [UInt8](Data(contentsOf: file))
        var parser = EventParser()
        var events: [(name: String, data: Value)] = []
        try parser.feed(bytes.span.bytes) { name, data in
            let root = try Document(parsing: data.withUnsafeBytes { Array($0) }).root
            events.append((String(decoding: name.withUnsafeBytes { Array($0) }, as: UTF8.self), root))
        }
        return events
    }

    private func feed(_ bytes: [UInt8], _ random: inout SeededGenerator, _ take: (RawSpan) throws -> Void) rethrows {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(Int.random(in: 1...2000, using: &random)))
            rest = rest.dropFirst(piece.count)
            try take(piece.span.bytes)
        }
    }

    // MARK: Translated

    /// What the client gets of a translated stream, and what the log gets.
    private func translated(
        _ bytes: [UInt8], _ random: inout SeededGenerator
    ) throws -> (output: String, usage: Usage?, tokens: Int, ending: String) {
        let body =
            #"{"stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}"#
        let request = try RequestTranslator(settings: TranslationSettings())
            .translateChatRequest(Document(parsing: Array(body.utf8)))
        var stream = TranslatedStream(
            StreamTranslator(context: request.context, id: "id", created: 7), keep: { _ in })
        var output: [UInt8] = []
        try feed(bytes, &random) { try stream.consume($0, into: &output) }
        stream.bodyHasEnded(isWhole: true, into: &output)
        return (String(decoding: output, as: UTF8.self), stream.usage, stream.outputTokens, ended(stream.ending))
    }

    private func ended(_ ending: Result<Void, HTTPError>?) -> String {
        switch ending {
        case nil: "not at all"
        case .success: "as a success"
        case .failure(let failure): "\(failure.status) \(failure.reason) \(failure.code ?? "")"
        }
    }

    @Test(arguments: names)
    func `a stream in any legal form is translated alike and metered alike`(name: String) throws {
        let events = try events(name)
        var random = SeededGenerator(seed: 1)
        let expected = try translated(Form().write(events), &random)
        for form in Self.forms {
            let found = try translated(form.write(events), &random)
            #expect(found == expected, "\(form)")
        }
    }

    // MARK: Passed on

    private func passed(
        _ bytes: [UInt8], waitsForMeaning: Bool, _ random: inout SeededGenerator
    ) throws -> (events: [String], usage: Usage?, tokens: Int, ending: String, failureIsTold: Bool) {
        var stream = PassedStream(waitsForMeaning: waitsForMeaning, redaction: Redaction(key: "sk-x"))
        var output: [UInt8] = []
        try feed(bytes, &random) { try stream.consume($0, into: &output) }
        stream.bodyHasEnded(isWhole: true, into: &output)
        var parser = EventParser()
        var events: [String] = []
        try parser.feed(output.span.bytes) { _, data in
            if !data.reads("[DONE]") {
                events.append(try Document(parsing: data.withUnsafeBytes { Array($0) }).root.spread())
            }
        }
        #expect(parser.isBetweenEvents)
        return (events, stream.usage, stream.outputTokens, ended(stream.ending), stream.hasToldFailure)
    }

    @Test(arguments: names)
    func `a stream in any legal form is passed on alike and metered alike`(name: String) throws {
        let events = try events(name)
        for waits in [true, false] {
            var random = SeededGenerator(seed: 2)
            let expected = try passed(Form().write(events), waitsForMeaning: waits, &random)
            #expect(expected.ending != "not at all")
            #expect((expected.usage != nil) == !["11_failed", "12_error_event"].contains(name))
            for form in Self.forms {
                let found = try passed(form.write(events), waitsForMeaning: waits, &random)
                #expect(found == expected, "\(form)")
            }
        }
    }

    // MARK: Chat Completions

    private static let chat = #"""
        {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}
        {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hello \"usage\":{"}}]}
        {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}
        {"id":"c","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}
        """#

    @Test func `a stream of Chat Completions in any legal form is passed on alike and metered alike`() throws {
        let chunks = try Self.chat.split(separator: "\n").map { try Document(parsing: Array($0.utf8)).root }
        for count in 3...4 {
            let events = chunks.prefix(count).map { ("", $0) }
            for form in Self.forms where !form.hasNames {
                var random = SeededGenerator(seed: 3)
                let found = try passed(form.write(events), waitsForMeaning: true, &random)
                #expect(found.events.count == count, "\(form)")
                #expect(found.tokens == count)
                #expect(found.ending == "as a success", "\(form)")
                #expect(found.usage?.output == (count == 4 ? 2 : nil))
            }
        }
    }

    @Test(arguments: [
        #"{"error":{"message":"Boom","type":"server_error"}}"#, #"{"error" : {"message":"Boom"}}"#,
        #"{"error":"Boom"}"#, #"{"object":"error","message":"Boom","error":"x"}"#,
    ])
    func `the client gets an error in a stream of Chat Completions once`(error: String) throws {
        let chunks = try Self.chat.split(separator: "\n").prefix(2).map { try Document(parsing: Array($0.utf8)).root }
        let events = try chunks.map { ("", $0) } + [("", Document(parsing: Array(error.utf8)).root)]
        for hasDone in [false, true] {
            var random = SeededGenerator(seed: 4)
            let bytes = Form(hasNames: false, hasDone: hasDone).write(events)
            let found = try passed(bytes, waitsForMeaning: true, &random)
            #expect(found.events.count == 3)
            #expect(found.ending.hasPrefix("500 upstream_error"))
            #expect(found.failureIsTold)
        }
    }

    @Test func `a stream that was cut off within its last event is not complete`() throws {
        let events = try events("01_plain_text")
        let whole = Form(hasLastLine: false).write(events)
        var random = SeededGenerator(seed: 5)
        for missing in [2, 50, 300] {
            let cut = Array(whole.dropLast(missing))
            #expect(try passed(cut, waitsForMeaning: true, &random).ending.contains("upstream_unfinished"))
            #expect(try translated(cut, &random).ending.contains("upstream_unfinished"))
        }
        let chunks = try Self.chat.split(separator: "\n").prefix(2).map { try Document(parsing: Array($0.utf8)).root }
        let unfinished = Form(hasNames: false).write(chunks.map { ("", $0) })
        #expect(try passed(unfinished, waitsForMeaning: true, &random).ending.contains("upstream_unfinished"))
    }
}

extension Value {
    /// The value with a line for each member and element, and spaces wherever JSON allows them.
    fileprivate func spread() -> String {
        switch kind {
        case .object:
            "{\n "
                + members.map { "\(String(decoding: $0.nameValue.text, as: UTF8.self)) :  \($0.value.spread())" }
                .joined(separator: " ,\n\t") + " }"
        case .array: "[ " + elements.map { $0.spread() }.joined(separator: ",\n ") + "\n]"
        default: String(decoding: text, as: UTF8.self)
        }
    }
}
