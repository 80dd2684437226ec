import JSON
import Models
import Testing
import Translation

/// The model that a response names.
struct ReplyModelTests {
    private func named(
        asked: String?, replied: String?, _ change: (inout TranslationSettings) -> Void = { _ in },
        at base: String? = nil
    ) throws -> (whole: String?, streamed: String?) {
        var settings = TranslationSettings()
        settings.modelMap = try ModelMap(parsing: "gpt-4o=gpt-5,gpt-4=gpt-4.1")
        change(&settings)
        let model = asked.map { #","model":"\#($0)""# } ?? ""
        let body = #"{"messages":[{"role":"user","content":"x"}],"stream":true\#(model)}"#
        var request = try RequestTranslator(settings: settings).translateChatRequest(
            Document(parsing: Array(body.utf8)))
        if let base { request = request.asking(base) }
        let name = replied.map { #","model":"\#($0)""# } ?? ""
        let response = #"{"id":"resp_1","created_at":5,"status":"completed","output":[]\#(name)}"#
        let whole = try SingleReplyTranslator(context: request.context, id: "i", created: 1)
            .translate(Document(parsing: Array(response.utf8)))
        var stream = Streamed(StreamTranslator(context: request.context, id: "i", created: 1))
        stream.send(#"{"type":"response.completed","response":\#(response)}"#)
        return (try Said(completion: Document(parsing: whole.body).root).model, try stream.said.model)
    }

    @Test(arguments: [
        ("gpt-4o", "gpt-5-2025-08-07", "gpt-4o"), ("gpt-4o", nil, "gpt-4o"),
        // Not mapped: upstream's own name.
        ("gpt-5", "gpt-5-2025-08-07", "gpt-5-2025-08-07"), ("gpt-5", "another", "another"), ("gpt-5", nil, "gpt-5"),
        // Mapped, but upstream names a version of the model that the client asked for.
        ("gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-2024-08-06"), ("gpt-4", "gpt-4-0613", "gpt-4-0613"),
        ("gpt-4", "gpt-4.1-2025-04-14", "gpt-4"), ("gpt-4o", "gpt-4o-mini-2024-07-18", "gpt-4o"),
        (nil, "gpt-5-2025-08-07", "gpt-5-2025-08-07"), (nil, nil, "gpt-5"),
    ])
    func `a response names the model that the client asked for`(
        asked: String?, replied: String?, expected: String
    ) throws {
        let (whole, streamed) = try named(asked: asked, replied: replied)
        #expect(whole == expected)
        #expect(streamed == expected)
    }

    @Test func `the operator may want upstream's name`() throws {
        let (whole, streamed) = try named(asked: "gpt-4o", replied: "gpt-5-2025-08-07") { $0.replyModel = .sent }
        #expect(whole == "gpt-5-2025-08-07")
        #expect(streamed == "gpt-5-2025-08-07")
    }

    @Test func `a base that renames the model changes nothing for the client`() throws {
        #expect(try named(asked: "gpt-5", replied: "llama-4", at: "llama-4").whole == "gpt-5")
        #expect(try named(asked: "gpt-5", replied: "gpt-5-2025-08-07", at: "my-own").whole == "gpt-5-2025-08-07")
    }
}
