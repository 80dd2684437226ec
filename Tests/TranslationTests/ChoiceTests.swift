import JSON
import Testing
import Translation

struct ChoiceTests {
    private func translated(_ fields: String, maximum: Int = 8) throws -> TranslatedRequest {
        let body = #"{"messages":[{"role":"user","content":"x"}],\#(fields)}"#
        return try RequestTranslator(settings: TranslationSettings(maximumChoices: maximum))
            .translateChatRequest(Document(parsing: Array(body.utf8)))
    }

    @Test func `each choice is a separate request with the same body`() throws {
        let request = try translated(#""n":3"#)
        #expect(request.choices.count == 3)
        #expect(Set(request.choices.map(\.body)).count == 1)
        #expect(request.notices.map(\.kind) == [.emulated])
    }

    @Test(arguments: [(#""n":0"#, "below"), (#""n":9"#, "<= 8"), (#""n":"2""#, "integer"), (#""n":1.5"#, "integer")])
    func `an invalid number of choices is rejected by parameter name`(field: String, word: String) throws {
        let error = #expect(throws: RequestError.self) { try translated(field) }
        #expect(error?.param == "n")
        #expect(error?.message.contains(word) == true)
    }

    @Test func `a prompt's tokens are counted once for all of its choices`() throws {
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

    @Test func `each prompt of a completion has its own choices`() throws {
        let body = #"{"prompt":["a","b"],"n":2}"#
        let requests = try RequestTranslator(settings: TranslationSettings())
            .translateCompletionRequest(Document(parsing: Array(body.utf8))).flatMap(\.choices)
        #expect(requests.map(\.context.promptIndex) == [0, 0, 1, 1])
        let response = #"{"status":"completed","output":[],"usage":{"input_tokens":10,"output_tokens":5}}"#
        let parts = try requests.map { ($0.context, try Document(parsing: Array(response.utf8))) }
        #expect(try ReplyTranslator(id: "id", created: 7).translate(parts).usage?.input == 20)
    }

    @Test func `a choice without usage does not hide the prompt's tokens`() throws {
        let contexts = try translated(#""n":2"#).choices.map(\.context)
        let bodies = [
            #"{"status":"completed","output":[]}"#,
            #"{"status":"completed","output":[],"usage":{"input_tokens":10,"output_tokens":5}}"#,
        ]
        let parts = try zip(contexts, bodies).map { ($0, try Document(parsing: Array($1.utf8))) }
        #expect(try ReplyTranslator(id: "id", created: 7).translate(parts).usage?.input == 10)
    }

    @Test func `the product of prompts and choices is limited`() throws {
        let body = #"{"prompt":[\#(Array(repeating: #""a""#, count: 20).joined(separator: ","))],"n":8}"#
        let error = #expect(throws: RequestError.self) {
            try RequestTranslator(settings: TranslationSettings()).translateCompletionRequest(
                Document(parsing: Array(body.utf8)))
        }
        #expect(error?.param == "n")
    }
}
