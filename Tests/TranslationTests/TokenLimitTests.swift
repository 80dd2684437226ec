import JSON
import Testing
import Translation

struct TokenLimitTests {
    private func request(_ fields: String, headroom: Int = 0) throws -> (limit: String?, request: TranslatedRequest) {
        let body = #"{"model":"gpt-5","messages":[{"role":"user","content":"x"}],\#(fields)}"#
        let request = try RequestTranslator(settings: TranslationSettings(reasoningHeadroom: headroom))
            .translateChatRequest(Document(parsing: Array(body.utf8)))
        return (try at(["max_output_tokens"], in: String(decoding: request.body, as: UTF8.self)), request)
    }

    @Test func `a small limit is raised for upstream and enforced in the stream`() throws {
        let (limit, request) = try request(#""max_tokens":3,"stream":true"#)
        #expect(limit == "16")
        #expect(request.context.visibleTokenLimit == 3)
        #expect(request.notices.map(\.kind) == [.emulated])
    }

    @Test func `a small limit is not enforced in a whole response, and the notice says so`() throws {
        let (limit, request) = try request(#""max_tokens":3"#)
        #expect(limit == "16")
        #expect(request.context.visibleTokenLimit == nil)
        #expect(request.notices.map(\.kind) == [.dropped])
    }

    @Test func `reasoning headroom is added, and the limit applies to visible tokens`() throws {
        let (limit, request) = try request(#""max_completion_tokens":100,"stream":true"#, headroom: 1000)
        #expect(limit == "1100")
        #expect(request.context.visibleTokenLimit == 100)
    }

    @Test func `a model that does not reason gets no reasoning headroom`() throws {
        let body = #"{"model":"gpt-4.1","max_tokens":100,"messages":[{"role":"user","content":"x"}]}"#
        let plain = try RequestTranslator(settings: TranslationSettings(reasoningHeadroom: 1000))
            .translateChatRequest(Document(parsing: Array(body.utf8)))
        #expect(try at(["max_output_tokens"], in: String(decoding: plain.body, as: UTF8.self)) == "100")
    }

    @Test func `adding headroom to the largest limit does not overflow`() throws {
        #expect(try request(#""max_tokens":9223372036854775807"#, headroom: 5).limit == "9223372036854775807")
    }

    @Test func `the stream ends when the number of deltas reaches the limit`() throws {
        let deltas = ["a", " b", " c", " d"].map { delta("output_text", $0) }
        let stream = try Streamed([created()] + deltas, usage: false, #""max_tokens":3"#)
        #expect(try stream.said.content == "a b c")
        #expect(try stream.said.finishReason == "length")
        #expect(stream.translator.leavesUpstream)
    }

    @Test func `with logprobs, the stream ends when the number of tokens reaches the limit`() throws {
        let tokens = ["a", " b", " c", " d"].map { #"{"token":"\#($0)","logprob":-1,"top_logprobs":[]}"# }
        let event = #"""
            {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a b c d",\#
            "logprobs":[\#(tokens.joined(separator: ","))]}
            """#
        let stream = try Streamed([event], usage: false, #""max_tokens":3,"logprobs":true"#)
        #expect(try stream.said.content == "a b c")
        #expect(try stream.said.logprobs.count == 3)
        #expect(try stream.said.finishReason == "length")
    }

    @Test func `a stop sequence within the limit takes precedence`() throws {
        let deltas = ["a", " STOP", " c"].map { delta("output_text", $0) }
        let stream = try Streamed(deltas, usage: false, #""max_tokens":2,"stop":"STOP""#)
        #expect(try stream.said.content == "a ")
        #expect(try stream.said.finishReason == "stop")
    }

    @Test func `text held back is shown if the limit is reached first`() throws {
        let stream = try Streamed(
            ["a", " ST", "OP"].map { delta("output_text", $0) }, usage: false, #""max_tokens":2,"stop":"STOP""#)
        #expect(try stream.said.content == "a ST")
        #expect(try stream.said.finishReason == "length")
    }
}
