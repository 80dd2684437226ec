import JSON
import Models
import Testing
import Translation

/// Responses API bodies whose model is replaced.
struct MappedBodyTests {
    private func mapped(
        _ fields: String, map: String = "gpt-4.1=gpt-6.1-sol", path: String = "/responses",
        policy: UnsupportedParameterPolicy = .drop
    ) throws -> TranslatedRequest {
        let settings = TranslationSettings(modelMap: try ModelMap(parsing: map), unsupportedParameters: policy)
        let body = #"{ "model" : "gpt-4.1","input":"x"\#(fields)}"#
        return try RequestTranslator(settings: settings)
            .mapModel(of: Document(parsing: Array(body.utf8)), for: path)
    }

    private func body(_ request: TranslatedRequest) -> String { String(decoding: request.body, as: UTF8.self) }

    @Test(arguments: ["", #","temperature":1"#, #","top_p":null,"futu\u0072e":[ ]"#, #","reasoning":{"effort":"low"}"#])
    func `only the model name changes if the new model accepts every field`(fields: String) throws {
        let request = try mapped(fields)
        #expect(body(request) == #"{ "model" : "gpt-6.1-sol","input":"x"\#(fields)}"#)
        #expect(request.notices.isEmpty)
    }

    @Test(arguments: [
        (#","temperature":0.2"#, "", "temperature"), (#","top_p":0.5,"user":"u""#, #","user":"u""#, "top_p"),
        (#","top_logprobs":2"#, "", "top_logprobs"),
        (#","include":["message.output_text.logprobs","x"]"#, #","include":["x"]"#, "include"),
    ])
    func `a field that the new model rejects is dropped and named`(given: String, sent: String, field: String) throws {
        let request = try mapped(given)
        #expect(body(request) == #"{"model":"gpt-6.1-sol","input":"x"\#(sent)}"#)
        #expect(request.notices.map(\.field) == [field])
        #expect(request.notices.map(\.kind) == [.dropped])
        let forwarded = try mapped(given, policy: .forward)
        #expect(body(forwarded) == #"{"model":"gpt-6.1-sol","input":"x"\#(given)}"#)
        #expect(throws: RequestError.self) { try mapped(given, policy: .reject) }
    }

    @Test func `the fields of an unmapped model are not changed`() throws {
        let request = try mapped(#","temperature":0.2"#, map: "x=y")
        #expect(body(request) == #"{ "model" : "gpt-4.1","input":"x","temperature":0.2}"#)
    }

    @Test(arguments: [
        (#","reasoning":{"effort":"none","summary":"auto"}"#, #","reasoning":{"summary":"auto","effort":"low"}"#),
        (#","reasoning":{"effort":"minimal"}"#, #","reasoning":{"effort":"low"}"#),
    ])
    func `an effort becomes the nearest one that the new model accepts`(given: String, sent: String) throws {
        #expect(body(try mapped(given)) == #"{"model":"gpt-6.1-sol","input":"x"\#(sent)}"#)
    }

    @Test(arguments: [
        ("", #","reasoning":{"effort":"none"}"#),
        (#","temperature":0.2"#, #","temperature":0.2,"reasoning":{"effort":"none"}"#),
        (#","reasoning":{"summary":"auto"}"#, #","reasoning":{"summary":"auto","effort":"none"}"#),
        (#","reasoning":{"effort":"high"}"#, #","reasoning":{"effort":"high"}"#),
    ])
    func `the map's effort is used if the client sends none`(given: String, sent: String) throws {
        let request = try mapped(given, map: "gpt-4.1=gpt-6-luna:none")
        #expect(try at(["model"], in: body(request)) == #""gpt-6-luna""#)
        #expect(body(request).hasSuffix(sent + "}"))
    }

    @Test func `a null field is not sent twice`() throws {
        let request = try mapped(#","reasoning":null"#, map: "gpt-4.1=gpt-6-luna:none")
        #expect(body(request) == #"{"model":"gpt-6-luna","input":"x","reasoning":{"effort":"none"}}"#)
    }

    @Test func `a model that does not reason gets no reasoning field`() throws {
        let request = try mapped(#","reasoning":{"summary":"auto"}"#, map: "gpt-4.1=gpt-4o-2024-11-20")
        #expect(body(request) == #"{"model":"gpt-4o-2024-11-20","input":"x"}"#)
        #expect(request.notices.map(\.field) == ["reasoning"])
    }

    @Test func `a body without a model is unchanged`() throws {
        let request = try RequestTranslator(settings: TranslationSettings())
            .mapModel(of: Document(parsing: Array(#"{"prompt":{"id":"p"}}"#.utf8)), for: "/responses")
        #expect(request.context.modelSent.isEmpty)
        #expect(body(request) == #"{"prompt":{"id":"p"}}"#)
    }

    @Test func `a route without an effort field gets none`() throws {
        let request = try mapped("", map: "gpt-4.1=gpt-6-luna:none", path: "/responses/compact")
        #expect(body(request) == #"{"model":"gpt-6-luna","input":"x"}"#)
    }
}
