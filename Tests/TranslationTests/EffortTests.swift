import JSON
import Models
import Testing
import Translation

/// The reasoning effort of a request, and its consequences.
struct EffortTests {
    private func sent(
        _ fields: String, map: String, target: Target = .responses
    ) throws -> (body: String, request: TranslatedRequest) {
        let settings = TranslationSettings(target: target, modelMap: try ModelMap(parsing: map))
        let body = #"{"model":"gpt-4o","messages":[{"role":"user","content":"x"}]\#(fields)}"#
        let request = try RequestTranslator(settings: settings)
            .translateChatRequest(Document(parsing: Array(body.utf8)))
        return (String(decoding: request.body, as: UTF8.self), request)
    }

    private func effort(_ body: String, _ target: Target = .responses) throws -> String? {
        try at(target == .responses ? ["reasoning", "effort"] : ["reasoning_effort"], in: body)
    }

    @Test(arguments: [Target.responses, .chat, .completions])
    func `the model map's effort is used if the client sends none`(target: Target) throws {
        let own = try sent("", map: "gpt-4o=gpt-6-luna:none", target: target)
        #expect(try effort(own.body, target) == #""none""#)
        #expect(own.request.notices.isEmpty)
        let clients = try sent(#","reasoning_effort":"high""#, map: "gpt-4o=gpt-6-luna:none", target: target)
        #expect(try effort(clients.body, target) == #""high""#)
        #expect(try effort(sent("", map: "gpt-4o=gpt-6-luna", target: target).body, target) == nil)
    }

    @Test func `at effort none sampling parameters are kept`() throws {
        let fields = #","temperature":0.2,"top_p":0.9,"logprobs":true,"top_logprobs":2"#
        let (body, request) = try sent(fields, map: "gpt-4o=gpt-6-luna:none")
        #expect(request.notices.isEmpty)
        #expect(try at(["temperature"], in: body) == "0.2")
        #expect(try at(["top_p"], in: body) == "0.9")
        #expect(try at(["top_logprobs"], in: body) == "2")
        #expect(try at(["include"], in: body) == #"["message.output_text.logprobs"]"#)
    }

    @Test func `an effort of the map that the model does not accept becomes the nearest one`() throws {
        #expect(try effort(sent("", map: "gpt-4o=gpt-6.1-sol:none").body) == #""low""#)
        #expect(try effort(sent("", map: "gpt-4o=gpt-4.1:high").body) == nil)
    }

    @Test func `effort max is never sent to Chat Completions`() throws {
        let (body, request) = try sent(#","reasoning_effort":"max""#, map: "gpt-4o=gpt-6.1-sol", target: .chat)
        #expect(try effort(body, .chat) == #""xhigh""#)
        #expect(request.notices.map(\.kind) == [.adjusted])
    }

    @Test(arguments: [Target.responses, .chat])
    func `a model without efforts gets no effort`(target: Target) throws {
        let (body, request) = try sent(#","reasoning_effort":"low""#, map: "gpt-4o=gpt-4.1", target: target)
        #expect(try effort(body, target) == nil)
        #expect(request.notices.map(\.field) == ["reasoning_effort"])
        #expect(request.notices.map(\.kind) == [.dropped])
    }

    @Test(arguments: ["gpt-6.1-sol", "gpt-4.1", "my-model"])
    func `an unknown effort is passed on for upstream to reject`(model: String) throws {
        let (body, request) = try sent(#","reasoning_effort":"lots""#, map: "gpt-4o=\(model)")
        #expect(try effort(body) == #""lots""#)
        #expect(request.notices.isEmpty)
    }

    // MARK: Corrections from upstream's errors

    private func refusal(_ asked: String, _ list: String, code: String = "unsupported_value") throws -> Value {
        let text = #"""
            {"error":{"message":"Unsupported value: '\#(asked)' is not supported with the 'new' model. \#
            Supported values are: \#(list).","param":"reasoning.effort","code":"\#(code)"}}
            """#
        return try Document(parsing: Array(text.utf8)).root
    }

    @Test(arguments: [
        ("none", "'low', 'medium', and 'high'", "low"), ("xhigh", "'low', 'medium', and 'high'", "high"),
        ("minimal", "'none', 'low', 'medium', 'high', 'xhigh', and 'max'", "low"), ("none", "'minimal'", "minimal"),
    ])
    func `the nearest of the efforts listed in an error is sent`(asked: String, list: String, nearest: String) throws {
        for code in ["unsupported_value", "invalid_value"] {
            let (body, request) = try sent(#","reasoning_effort":"\#(asked)""#, map: "gpt-4o=new")
            let corrected = try #require(request.corrected(by: refusal(asked, list, code: code)))
            #expect(try effort(String(decoding: corrected.request.body, as: UTF8.self)) == "\"\(nearest)\"")
            #expect(corrected.request.notices.map(\.kind) == [.adjusted])
            // The next request uses the remembered rejection immediately.
            #expect(request.without([corrected.learned]).body == corrected.request.body)
            #expect(try effort(body) == "\"\(asked)\"")
        }
    }

    @Test func `an effort that no model has is not corrected`() throws {
        let request = try sent(#","reasoning_effort":"lots""#, map: "gpt-4o=new").request
        #expect(try request.corrected(by: refusal("lots", "'low' and 'high'", code: "invalid_value")) == nil)
    }

    // MARK: Function tools in Chat Completions

    @Test(arguments: [
        ("gpt-6.1-sol", "", true), ("gpt-6-luna", "", true), ("gpt-6-luna", #","reasoning_effort":"none""#, false),
        ("gpt-6.1-terra", #","reasoning_effort":"none""#, true), ("gpt-4.1", "", false), ("llama3", "", false),
    ])
    func `tools that Chat Completions rejects are sent with a warning`(
        model: String, effort: String, isWarned: Bool
    ) throws {
        let tools = #","tools":[{"type":"function","function":{"name":"f"}}]"#
        let (body, request) = try sent(tools + effort, map: "gpt-4o=\(model)", target: .chat)
        #expect(request.notices.contains { $0.kind == .warned && $0.field == "tools" } == isWarned)
        #expect(try at(["tools"], in: body) != nil)
        #expect(try sent(tools + effort, map: "gpt-4o=\(model)").request.notices.allSatisfy { $0.kind != .warned })
    }

    // MARK: Models served by one API only

    @Test(arguments: [
        ("gpt-audio-1.5", Target.responses, "/chat/completions"), ("gpt-5-search-api", .responses, "/chat/completions"),
        ("gpt-5.5-pro", .chat, "/responses"), ("gpt-5.3-codex", .completions, "/responses"),
        ("gpt-4.1", .chat, "/chat/completions"), ("my-model", .chat, "/chat/completions"),
    ])
    func `a request goes to the API that serves its model`(model: String, target: Target, path: String) throws {
        let request = try sent("", map: "gpt-4o=\(model)", target: target).request
        #expect(request.path == path)
        #expect(request.notices.map(\.field) == (path == target.path ? [] : ["model"]))
    }

    @Test func `a model served only by Chat Completions is rejected on the legacy route`() throws {
        let body = #"{"model":"gpt-audio-1.5","prompt":"x"}"#
        let error = try #require(throws: RequestError.self) {
            try RequestTranslator(settings: TranslationSettings())
                .translateCompletionRequest(Document(parsing: Array(body.utf8)))
        }
        #expect(error.param == "model")
    }

    @Test func `audio fields are sent to a model with audio output`() throws {
        let fields = #","modalities":["text","audio"],"audio":{"voice":"alloy","format":"wav"}"#
        let body = try sent(fields, map: "gpt-4o=gpt-audio-1.5").body
        #expect(try at(["audio", "voice"], in: body) == #""alloy""#)
        #expect(throws: RequestError.self) { try sent(fields, map: "gpt-4o=gpt-6-luna") }
    }
}
