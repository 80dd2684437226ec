import JSON
import NIOHTTP1
import Testing
import UpstreamSimulator

@Suite(.timeLimit(.minutes(1)))
struct RefusalTests {
    @Test func `a request without a key is rejected`() async throws {
        try await withSimulator { port, _ in
            var request = Request.ask("Hello")
            for field in [nil, "", "Bearer ", "Basic abc"] {
                request.headers.remove(name: "authorization")
                if let field { request.headers.add(name: "authorization", value: field) }
                let reply = try await Client.send(request, to: port)
                #expect(reply.status == 401)
                #expect(try reply.json()["error"]?["type"]?.string == "invalid_request_error")
            }
        }
    }

    @Test func `only the configured key is accepted`() async throws {
        try await withSimulator(.init(key: "sk-right")) { port, _ in
            let wrong = try await Client.send(.ask("Hello"), to: port)
            #expect(wrong.status == 401)
            #expect(try wrong.json()["error"]?["code"]?.string == "invalid_api_key")
            let right = [("authorization", "Bearer sk-right")]
            #expect(try await Client.send(.ask("Hello", headers: right), to: port).status == 200)
        }
    }

    @Test func `unknown paths and methods are not found`() async throws {
        try await withSimulator { port, _ in
            for request in [Request.get("/v1/nothing"), .get("/v1/responses"), .post("/v1/completions", "{}")] {
                let reply = try await Client.send(request, to: port)
                #expect(reply.status == 404)
                #expect(try reply.json()["error"]?["message"]?.string?.hasPrefix("Invalid URL") == true)
            }
        }
    }

    @Test(arguments: ["", "{", "[]", "1"])
    func `a body that is not a JSON object is rejected`(body: String) async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.post("/v1/responses", body), to: port)
            #expect(reply.status == 400)
        }
    }

    /// A body, and `param` and `code` of the error.
    struct Refused: Sendable, CustomTestStringConvertible {
        let body: String
        let param: String?
        let code: String?

        init(_ body: String, _ param: String?, _ code: String?) {
            (self.body, self.param, self.code) = (body, param, code)
        }

        var testDescription: String { body }
    }

    @Test(arguments: [
        Refused(#"{"model":"gpt-5","input":"x","seed":1}"#, "seed", "unknown_parameter"),
        Refused(#"{"model":"gpt-5","input":"x","max_tokens":16}"#, "max_tokens", "unknown_parameter"),
        Refused(#"{"model":"gpt-5","messages":[]}"#, nil, "unsupported_parameter"),
        Refused(
            #"{"model":"gpt-5","input":"x","stream_options":{"include_usage":true}}"#, "stream_options.include_usage",
            "unknown_parameter"),
        Refused(#"{"input":"x"}"#, "model", "missing_required_parameter"),
        Refused(#"{"model":"gpt-5"}"#, "input", "missing_required_parameter"),
        Refused(#"{"model":"gpt-5","input":[]}"#, nil, "missing_required_parameter"),
        Refused(
            #"{"model":"gpt-5","input":"x","max_output_tokens":15}"#, "max_output_tokens", "integer_below_min_value"),
        Refused(#"{"model":"gpt-5","input":"x","temperature":0.5}"#, "temperature", nil),
        Refused(#"{"model":"o3","input":"x","top_p":1}"#, "top_p", nil),
        Refused(#"{"model":"gpt-5.6-terra","input":"x","top_logprobs":1}"#, "top_logprobs", "unsupported_parameter"),
        Refused(
            #"{"model":"gpt-5.6-terra","input":"x","reasoning":{"effort":"minimal"}}"#, "reasoning.effort",
            "unsupported_value"),
        Refused(
            #"{"model":"gpt-5","input":"x","reasoning":{"effort":"bogus"}}"#, "reasoning.effort", "invalid_value"),
        Refused(
            #"{"model":"gpt-5","input":"x","tools":[{"type":"function","function":{"name":"f"}}]}"#, "tools[0].name",
            "missing_required_parameter"),
        Refused(
            #"{"model":"gpt-5","input":[{"role":"user","content":"x","name":"Ann"}]}"#, "input[0].name",
            "unknown_parameter"),
        Refused(#"{"model":"gpt-5","input":[{"role":"tool","content":"x"}]}"#, "input[0]", "invalid_value"),
        Refused(
            #"{"model":"gpt-5","input":[{"role":"user","content":[{"type":"text","text":"x"}]}]}"#,
            "input[0].content[0]", "invalid_value"),
        Refused(
            #"{"model":"gpt-5","input":[{"type":"function_call","call_id":"a","name":"f","arguments":"{}"}]}"#, "input",
            nil),
        Refused(
            #"{"model":"gpt-5","input":[{"type":"function_call_output","call_id":"a","output":"1"}]}"#, "input", nil),
    ])
    func `invalid requests get the Responses API's errors`(refused: Refused) async throws {
        try await expect(refused, at: "/v1/responses")
    }

    @Test(arguments: [
        Refused(#"{"model":"gpt-5","messages":[],"reasoning":{}}"#, "reasoning", "unknown_parameter"),
        Refused(#"{"model":"gpt-5"}"#, "messages", "missing_required_parameter"),
        Refused(#"{"model":"gpt-5","messages":[],"max_tokens":9}"#, "max_tokens", "unsupported_parameter"),
        Refused(#"{"model":"gpt-5","messages":[],"temperature":0.5}"#, "temperature", "unsupported_value"),
    ])
    func `invalid requests get the Chat Completions API's errors`(refused: Refused) async throws {
        try await expect(refused, at: "/v1/chat/completions")
    }

    @Test(arguments: [
        #"{"model":"gpt-4.1","input":"x","temperature":0.5,"top_p":0.9}"#,
        #"{"model":"gpt-5","input":"x","temperature":1}"#,
        #"{"model":"gpt-5.1","input":"x","temperature":0.5}"#,
        #"{"model":"gpt-5.6-terra","input":"x","temperature":0.5,"reasoning":{"effort":"none"}}"#,
        #"""
        {"model":"gpt-5","input":[{"role":"user","content":"x"},
        {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
        {"type":"function_call_output","call_id":"a","output":"1"}]}
        """#,
    ])
    func `requests that the Responses API accepts are accepted`(body: String) async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.post("/v1/responses", body), to: port)
            #expect(reply.status == 200)
        }
    }

    private func expect(_ refused: Refused, at path: String) async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.post(path, refused.body), to: port)
            let error = try #require(try reply.json()["error"])
            #expect(reply.status == 400)
            #expect(error["param"]?.string == refused.param)
            #expect(error["code"]?.string == refused.code)
        }
    }
}
