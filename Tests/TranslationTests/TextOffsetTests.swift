import EventStream
import JSON
import Testing
import Translation

/// The offsets of tokens in the text of a `text_completion`.
struct TextOffsetTests {
    private func context() throws -> ReplyContext {
        let body = #"{"model":"gpt-4.1","prompt":"say: ","echo":true,"logprobs":1,"stream":true}"#
        return try RequestTranslator(settings: TranslationSettings())
            .translateCompletionRequest(Document(parsing: Array(body.utf8)))[0].context
    }

    private func token(_ text: String) -> String {
        #"{"token":"\#(text)","logprob":-1,"top_logprobs":[]}"#
    }

    @Test func `offsets count from the start of the visible text, including an echoed prompt`() throws {
        let part = #"""
            {"type":"output_text","text":"one two","annotations":[],"logprobs":[\#(token("one")),\#(token(" two"))]}
            """#
        let item = #"{"type":"message","id":"m","role":"assistant","content":[\#(part)]}"#
        let reply = try SingleReplyTranslator(context: context(), id: "id", created: 7)
            .translate(Document(parsing: Array(#"{"status":"completed","output":[\#(item)]}"#.utf8)))
        let logprobs = try Document(parsing: reply.body).root["choices"]?.elements.first { _ in true }?["logprobs"]
        #expect(logprobs?["text_offset"]?.compact == "[5,8]")

        var stream = Streamed(StreamTranslator(context: try context(), id: "id", created: 7))
        for text in ["one", " two"] {
            stream.send(
                #"""
                {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"\#(text)",\#
                "logprobs":[\#(token(text))]}
                """#)
        }
        let offsets = try stream.chunks.compactMap {
            $0["choices"]?.elements.first { _ in true }?["logprobs"]?["text_offset"]?.compact
        }
        #expect(offsets == ["[5]", "[8]"])
    }
}
