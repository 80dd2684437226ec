import JSON
import Testing
import Translation

struct CorrectionTests {
    private func request(
        _ fields: String, policy: UnsupportedParameterPolicy = .drop
    ) throws -> TranslatedRequest {
        let body = #"{"model":"new","messages":[{"role":"user","content":"x"}],\#(fields)}"#
        return try RequestTranslator(settings: TranslationSettings(unsupportedParameters: policy))
            .translateChatRequest(Document(parsing: Array(body.utf8)))
    }

    private func refusal(_ param: String, code: String? = "unsupported_parameter", _ message: String = "No.") throws
        -> Value
    {
        let code = code.map { "\"\($0)\"" } ?? "null"
        let text = #"{"error":{"message":"\#(message)","param":"\#(param)","code":\#(code)}}"#
        return try Document(parsing: Array(text.utf8)).root
    }

    private func body(_ request: TranslatedRequest?) -> String? {
        request.map { String(decoding: $0.body, as: UTF8.self) }
    }

    @Test(arguments: ["unsupported_parameter", "unknown_parameter", "unsupported_value"])
    func `a parameter named in the error is removed and reported as dropped`(code: String) throws {
        let request = try request(#""temperature":0.5,"top_p":0.5"#)
        let corrected = try #require(request.corrected(by: refusal("temperature", code: code))?.request)
        #expect(body(corrected) == body(request)?.replacing(#""temperature":0.5,"#, with: ""))
        #expect(corrected.notices.map(\.field) == ["temperature"])
        #expect(corrected.notices.map(\.kind) == [.dropped])
    }

    @Test func `a notice has no names of the client's own, because it is logged`() throws {
        let request = try request(#""metadata":{"patient-77":"x","b":"y"}"#)
        let corrected = try #require(request.corrected(by: refusal("metadata.patient-77"))?.request)
        #expect(try at(["metadata"], in: String(decoding: corrected.body, as: UTF8.self)) == #"{"b":"y"}"#)
        #expect(corrected.notices.map(\.field) == ["metadata"])
    }

    @Test func `a parameter that the client did not send is not reported as dropped`() throws {
        let tools = #""tools":[{"type":"function","function":{"name":"f"}}]"#
        for (model, fields, expected) in [
            ("gpt-5", tools, Notice.Kind.adjusted), ("new", #""logprobs":true"#, .dropped),
        ] {
            let body = #"{"model":"\#(model)","messages":[{"role":"user","content":"x"}],\#(fields)}"#
            let request = try RequestTranslator(settings: TranslationSettings(keepsReasoning: true))
                .translateChatRequest(Document(parsing: Array(body.utf8)))
            let corrected = try #require(request.corrected(by: refusal("include"))?.request)
            #expect(corrected.notices.map(\.kind) == [expected])
            #expect(try at(["include"], in: String(decoding: corrected.body, as: UTF8.self)) == nil)
        }
    }

    @Test func `an error without a code is recognized by its message`() throws {
        let message = "Unsupported parameter: 'temperature' is not supported with this model."
        #expect(try request(#""temperature":0.5"#).corrected(by: refusal("temperature", code: nil, message)) != nil)
        #expect(try request(#""temperature":0.5"#).corrected(by: refusal("temperature", code: nil, "Slow down")) == nil)
    }

    @Test func `only the member of an object is removed, and the object if it becomes empty`() throws {
        let both = try request(#""verbosity":"low","response_format":{"type":"json_object"}"#)
        #expect(
            body(try both.corrected(by: refusal("text.verbosity"))?.request)
                == body(both)?.replacing(#","verbosity":"low""#, with: ""))
        let one = try request(#""verbosity":"low""#)
        let corrected = try #require(one.corrected(by: refusal("text.verbosity"))?.request)
        #expect(body(corrected) == body(one)?.replacing(#","text":{"verbosity":"low"}"#, with: ""))
        #expect(corrected.notices.map(\.field) == ["verbosity"])
    }

    @Test func `siblings of a removed member stay, at any depth`() throws {
        let request = try request(#""moderation":{"input":{"mode":"strict","new":1},"x":{"y":{"z":1}}}"#)
        let corrected = try #require(request.corrected(by: refusal("moderation.input.new"))?.request)
        #expect(body(corrected) == body(request)?.replacing(#","new":1"#, with: ""))
        let emptied = try #require(request.corrected(by: refusal("moderation.x.y.z"))?.request)
        #expect(body(emptied) == body(request)?.replacing(#","x":{"y":{"z":1}}"#, with: ""))
    }

    @Test func `once two values of a parameter were rejected, every value is removed`() throws {
        func learned(_ value: String) throws -> RefusedParameter {
            try request(#""temperature":\#(value)"#).corrected(by: refusal("temperature", code: "unsupported_value"))!
                .learned
        }
        let first = try learned("0.1")
        let both = try learned("0.2").joined(with: [first])
        #expect(try request(#""temperature":0.3"#).without([first]).notices.isEmpty)
        #expect(try request(#""temperature":0.3"#).without([both]).notices.count == 1)
        #expect(both.covers(first))
    }

    @Test(arguments: [
        "model", "input", "input[0].content", "tools", "tools[0].name", "tool_choice", "stream", "store", "text",
        "text.format", "max_output_tokens",
        "nothing",
    ])
    func `required parameters, and parameters that are not present, cause no correction`(param: String) throws {
        let fields =
            #""stream":true,"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"auto","verbosity":"low""#
        #expect(try request(fields).corrected(by: refusal(param)) == nil)
    }

    @Test(arguments: [
        "invalid_api_key", "insufficient_quota", "rate_limit_exceeded", "invalid_value", "context_length_exceeded",
    ])
    func `other errors cause no correction`(code: String) throws {
        #expect(try request(#""temperature":0.5"#).corrected(by: refusal("temperature", code: code)) == nil)
    }

    @Test(arguments: [UnsupportedParameterPolicy.reject, .forward])
    func `there is no correction unless the policy is to drop parameters`(policy: UnsupportedParameterPolicy)
        throws
    {
        let request = try request(#""temperature":0.5"#, policy: policy)
        #expect(try request.corrected(by: refusal("temperature")) == nil)
        let learned = try self.request(#""temperature":0.5"#).corrected(by: refusal("temperature"))!.learned
        #expect(request.without([learned]).body == request.body)
    }

    @Test func `a rejection applies to the effort, or to the value if the value was rejected`() throws {
        let high = #""reasoning_effort":"high""#
        let sampling = try request(#""temperature":0.5,\#(high)"#).corrected(by: refusal("temperature"))!.learned
        #expect(try request(#""temperature":0.7,\#(high)"#).without([sampling]).notices.count == 1)
        #expect(try request(#""temperature":0.7"#).without([sampling]).notices.isEmpty)
        let effort = try request(high).corrected(by: refusal("reasoning.effort", code: "unsupported_value"))!.learned
        #expect(try request(high).without([effort]).notices.map(\.field) == ["reasoning_effort"])
        #expect(try request(#""reasoning_effort":"low""#).without([effort]).notices.isEmpty)
    }
}
