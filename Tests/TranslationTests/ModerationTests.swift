import JSON
import Testing
import Translation

/// Moderation results in Chat Completions responses.
struct ModerationTests {
    /// With line breaks, because a server may format its JSON that way.
    private let moderation = #"""
        {"input":{"type":"moderation_result","model":"omni","flagged":false, "categories" : {"violence":false},
        "category_scores":{"violence":0.0001},"category_applied_input_types":{"violence":["text"]}},
        "output":{"type":"error","code":"x","message":"m"}}
        """#

    private let expected = #"""
        {"input":{"type":"moderation_results","model":"omni","results":[{"type":"moderation_result","model":"omni",\#
        "flagged":false,"categories":{"violence":false},"category_scores":{"violence":0.0001},\#
        "category_applied_input_types":{"violence":["text"]}}]},"output":{"type":"error","code":"x","message":"m"}}
        """#

    @Test func `a whole response has the moderation result`() throws {
        let body = #"{"output":[],"moderation":\#(moderation)}"#
        let reply = try SingleReplyTranslator(context: context(), id: "id", created: 7)
            .translate(Document(parsing: Array(body.utf8)))
        #expect(try at(["moderation"], in: String(decoding: reply.body, as: UTF8.self)) == expected)
    }

    @Test(arguments: ["", #","moderation":null"#])
    func `a response without moderation has no moderation field`(field: String) throws {
        let reply = try SingleReplyTranslator(context: context(), id: "id", created: 7)
            .translate(Document(parsing: Array(#"{"output":[]\#(field)}"#.utf8)))
        #expect(!String(decoding: reply.body, as: UTF8.self).contains("moderation"))
        #expect(try !Streamed([completed(message("a"), fields: field)]).text.contains("moderation"))
    }

    @Test(arguments: [false, true])
    func `a stream has the moderation result in one chunk before the finish chunk`(usage: Bool) throws {
        let stream = try Streamed([completed(message("a"), fields: #","moderation":\#(moderation)"#)], usage: usage)
        let chunks = stream.text.split(separator: "\n\n").map { $0.dropFirst("data: ".count) }
        let index = try #require(chunks.firstIndex { $0.contains("moderation") })
        #expect(try at(["moderation"], in: String(chunks[index])) == expected)
        #expect(try at(["choices", "0", "delta"], in: String(chunks[index])) == "{}")
        #expect(try at(["usage"], in: String(chunks[index])) == (usage ? "null" : nil))
        #expect(chunks[index + 1].contains(#""finish_reason":"stop""#))
        #expect(chunks.count { $0.contains("moderation") } == 1)
    }
}
