import JSON
import Testing
import Translation

struct ChoiceTests {
    private func translated(_ fields: String, maximum: Int = 8) throws -> TranslatedRequest {
        let body = #"{"messages":[{"role":"user","content":"x"}],\#(fields)}"#
        return try RequestTranslator(settings: TranslationSettings(maximumChoices: maximum))
            .translateChatRequest(Document(parsing: Array(body.utf8)))
    }

    @Test func `each choice is a request of its own, the same but for whose prompt counts`() throws {
        let request = try translated(#""n":3"#)
        #expect(request.choices.count == 3)
        #expect(Set(request.choices.map(\.body)).count == 1)
        #expect(request.choices.map(\.context.repeatsPrompt) == [false, true, true])
        #expect(request.notices.map(\.kind) == [.emulated])
    }

    @Test(arguments: [(#""n":0"#, "below"), (#""n":9"#, "<= 8"), (#""n":"2""#, "integer"), (#""n":1.5"#, "integer")])
    func `a number that cannot be is refused by its name`(field: String, word: String) throws {
        let error = #expect(throws: RequestError.self) { try translated(field) }
        #expect(error?.param == "n")
        #expect(error?.message.contains(word) == true)
    }

    @Test func `a prompt is counted once however many choices it has`() throws {
        let contexts = try translated(#""n":2"#).choices.map(\.context)
        let response = #"""
            {"status":"completed","output":[\#(message("a"))],\#
            "usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5}}
            """#
        let parts = try contexts.map { ($0, try Document(parsing: Array(response.utf8))) }
        let reply = try ReplyTranslator(id: "id", created: 7).translate(parts)
        #expect(reply.usage?.input == 10)
        #expect(reply.usage?.cached == 4)
        #expect(reply.usage?.output == 10)
    }

    @Test func `each prompt of a completion has its choices`() throws {
        let body = #"{"prompt":["a","b"],"n":2}"#
        let requests = try RequestTranslator(settings: TranslationSettings())
            .translateCompletionRequest(Document(parsing: Array(body.utf8))).flatMap(\.choices)
        #expect(requests.map(\.context.repeatsPrompt) == [false, true, false, true])
    }
}
