import JSON
import Testing
import Translation

struct UnsupportedParameterTests {
    private func dropped(_ fields: String, model: String = "gpt-5") throws -> [String] {
        try proxied(#"{"model":"\#(model)","prompt":"x",\#(fields)}"#).request.notices
            .filter { $0.kind == .dropped }.map(\.field)
    }

    @Test(arguments: [
        #""n":2"#, #""stop":"x""#, #""seed":1"#, #""logit_bias":{"5":1}"#, #""presence_penalty":0.5"#,
        #""frequency_penalty":1"#, #""prediction":{"type":"content","content":"x"}"#, #""temperature":0.2"#,
        #""top_p":0.5"#, #""logprobs":true"#, #""top_k":40"#,
    ])
    func `a parameter that the target rejects is dropped, rejected or forwarded`(field: String) throws {
        let name = String(field.dropFirst().prefix { $0 != "\"" })
        #expect(try dropped(field) == [name])

        let rejection = try refusal(#"{"prompt":"x",\#(field)}"#) { $0.unsupportedParameters = .reject }
        #expect(rejection.param == name)
        #expect(rejection.code == "unsupported_parameter")

        let forwarded = try proxied(#"{"prompt":"x",\#(field)}"#) { $0.unsupportedParameters = .forward }
        #expect(forwarded.request.notices.isEmpty)
        if name == "logprobs" {
            #expect(try at(["include"], in: forwarded.body) == #"["message.output_text.logprobs"]"#)
        } else {
            #expect(try at([name], in: forwarded.body) == String(field.drop { $0 != ":" }.dropFirst()))
        }
    }

    @Test(arguments: [
        #""input":"y""#, #""max_tokens":20,"max_output_tokens":9"#,
        #""reasoning_effort":"low","reasoning":{"summary":"auto"}"#,
        #""verbosity":"low","text":{"verbosity":"high"}"#,
    ])
    func `a forwarded field never becomes a second member of the same name`(fields: String) throws {
        let (body, request) = try proxied(#"{"model":"gpt-5","prompt":"x",\#(fields)}"#) {
            $0.unsupportedParameters = .forward
        }
        #expect(try Document(parsing: Array(body.utf8)).root.duplicateMember == nil)
        #expect(request.notices.contains { $0.kind == .dropped })
    }

    @Test func `a field of the Responses API that the translation does not write is forwarded`() throws {
        let (body, _) = try proxied(#"{"model":"gpt-5","prompt":"x","reasoning":{"summary":"auto"}}"#) {
            $0.unsupportedParameters = .forward
        }
        #expect(try at(["reasoning"], in: body) == #"{"summary":"auto"}"#)
    }

    @Test(arguments: [
        #""n":1"#, #""temperature":1"#, #""top_p":1"#, #""presence_penalty":0"#, #""logit_bias":{}"#, #""stop":null"#,
        #""modalities":["text"]"#, #""logprobs":false"#,
    ])
    func `a parameter with its default value is neither sent nor reported`(field: String) throws {
        let (body, request) = try proxied(#"{"prompt":"x",\#(field)}"#) { $0.unsupportedParameters = .reject }
        #expect(request.notices.isEmpty)
        #expect(body == #"{"model":"gpt-5","input":"x","store":false}"#)
    }

    @Test(arguments: [
        ("gpt-5", "", false), ("gpt-5-mini", "", false), ("gpt-5-chat-latest", "", true), ("gpt-4.1", "", true),
        ("o3-mini", "", false), ("gpt-5.1", "", true), ("gpt-5.1", "low", false), ("gpt-5.2", "none", true),
        ("gpt-5.6-terra", "", false), ("gpt-5.6-terra", "none", true), ("gpt-5.1-codex", "", false),
        ("gpt-5.2-pro", "none", false), ("gpt-5-2025-08-07", "", false),
    ])
    func `sampling parameters are sent if model and effort allow`(model: String, effort: String, taken: Bool) throws {
        let reasoning = effort.isEmpty ? "" : #","reasoning_effort":"\#(effort)""#
        let body = try proxied(#"{"model":"\#(model)","prompt":"x","temperature":0.20\#(reasoning)}"#).body
        #expect(try at(["temperature"], in: body) == (taken ? "0.20" : nil))
    }

    @Test(arguments: [
        ("gpt-5", "none", "minimal"), ("gpt-5-mini", "minimal", "minimal"), ("gpt-5.1", "minimal", "low"),
        ("gpt-5.6-terra", "none", "none"),
    ])
    func `an effort that the model rejects becomes the nearest one`(model: String, asked: String, sent: String) throws {
        let (body, request) = try proxied(#"{"model":"\#(model)","prompt":"x","reasoning_effort":"\#(asked)"}"#)
        #expect(try at(["reasoning", "effort"], in: body) == "\"\(sent)\"")
        #expect(request.notices.map(\.kind) == (asked == sent ? [] : [.adjusted]))
    }

    @Test(arguments: [(1, 16), (15, 16), (16, 16), (4096, 4096)])
    func `a token limit below the minimum is raised to it`(asked: Int, sent: Int) throws {
        for name in ["max_tokens", "max_completion_tokens"] {
            let (body, request) = try proxied(#"{"prompt":"x","\#(name)":\#(asked)}"#)
            #expect(try at(["max_output_tokens"], in: body) == String(sent))
            #expect(request.notices.map(\.field) == (asked == sent ? [] : [name]))
        }
    }

    @Test(arguments: [#""modalities":["text","audio"]"#, #""audio":{"voice":"alloy","format":"wav"}"#])
    func `audio is rejected under every policy`(field: String) throws {
        for policy in UnsupportedParameterPolicy.allCases {
            let error = try refusal(#"{"prompt":"x",\#(field)}"#) { $0.unsupportedParameters = policy }
            #expect(error.code == "unsupported_parameter")
        }
    }
}
