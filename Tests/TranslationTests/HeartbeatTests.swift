import JSON
import Testing
import Translation

/// Heartbeats of a stream: no client takes them for content, for a kind of response, or for an end.
struct HeartbeatTests {
    /// What a heartbeat writes after these events.
    private func beat(after events: [String], functions: Bool = false, _ fields: String = "") throws -> String {
        var stream = Streamed(
            StreamTranslator(context: try context(functions: functions, fields), id: "id", created: 7))
        for event in events { stream.send(event) }
        let count = stream.bytes.count
        stream.translator.writeBeat(into: &stream.bytes)
        return String(decoding: stream.bytes[count...], as: UTF8.self)
    }

    /// The delta of a heartbeat.
    private func delta(after events: [String], functions: Bool = false) throws -> String? {
        let text = try beat(after: events, functions: functions)
        let data = try #require(text.split(separator: "data: ", maxSplits: 1).first)
        let choices = try Document(parsing: Array(data.utf8)).root["choices"]?.elements
        return choices?.first { _ in true }?["delta"]?.compact
    }

    private func custom(_ input: String) -> String {
        #"{"type":"custom_tool_call","id":"ct","call_id":"c","name":"f","input":"\#(input)"}"#
    }

    @Test func `before the first chunk it is a comment, because clients decide by the first chunk what follows`() throws
    {
        for events in [[], [created()], [created(), added(emptyMessage())]] {
            #expect(try beat(after: events) == ": waiting\n\n")
        }
    }

    @Test func `within text and reasoning it is an empty delta`() throws {
        #expect(try delta(after: [created(), TranslationTests.delta("output_text", "a")]) == "{}")
        #expect(try delta(after: [created(), TranslationTests.delta("reasoning_summary_text", "a")]) == "{}")
        #expect(try delta(after: [created(), TranslationTests.delta("refusal", "a")]) == "{}")
    }

    @Test func `within a call it is an empty piece of its input`() throws {
        let call = added(functionCall("c", "f", ""))
        let empty = #"{"tool_calls":[{"index":0,"function":{"arguments":""}}]}"#
        #expect(try delta(after: [call]) == empty)
        #expect(try delta(after: [call, TranslationTests.delta("function_call_arguments", "{")]) == empty)
        #expect(try delta(after: [call], functions: true) == #"{"function_call":{"arguments":""}}"#)
        #expect(try delta(after: [added(custom(""))]) == #"{"tool_calls":[{"index":0,"custom":{"input":""}}]}"#)
        let second = [call, done(functionCall("c", "f", "{}")), added(functionCall("d", "g", ""), at: 1)]
        #expect(try delta(after: second) == #"{"tool_calls":[{"index":1,"function":{"arguments":""}}]}"#)
    }

    @Test func `in text after a call it is an empty delta again`() throws {
        let call = functionCall("c", "f", "{}")
        let events = [added(call), done(call), TranslationTests.delta("output_text", "a", at: 1)]
        #expect(try delta(after: events) == "{}")
    }

    @Test func `between the last chunk and the usage it is a comment`() throws {
        let events = [created(), TranslationTests.delta("output_text", "a stop")]
        let fields = #""stop":["stop"]"#
        #expect(try beat(after: events, functions: false, fields) == ": waiting\n\n")
    }

    @Test(arguments: [false, true])
    func `the first chunk of a call has its role, as OpenAI's has`(functions: Bool) throws {
        let stream = try Streamed([created(), added(functionCall("c", "f", ""))], functions: functions)
        let delta = try #require(try stream.chunks.first?["choices"]?.elements.first { _ in true }?["delta"])
        #expect(delta["role"]?.string == "assistant")
        #expect(delta["content"]?.isNull == true)
        #expect((delta["function_call"] != nil) == functions)
        #expect((delta["tool_calls"] != nil) == !functions)
    }
}
