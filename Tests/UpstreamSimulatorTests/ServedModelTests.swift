import Testing
import UpstreamSimulator

@Suite(.timeLimit(.minutes(1)))
struct ServedModelTests {
    @Test(arguments: ["gpt-5-pro", "gpt-5.1-codex", "o3-deep-research", "gpt-6-cyber"])
    func `Chat Completions rejects models that only the Responses API serves`(model: String) async throws {
        try await withSimulator { port, _ in
            let refusal = try await Client.send(.chat(of: model), to: port).refusal()
            #expect(
                refusal
                    == Refusal(
                        status: 404,
                        message: "This model is only supported in v1/responses and not in v1/chat/completions.",
                        param: "model", code: nil))
            #expect(try await Client.send(.response(of: model), to: port).status == 200)
        }
    }

    @Test(arguments: ["davinci-002", "gpt-3.5-turbo-instruct", "text-embedding-3-small"])
    func `neither API serves models for other purposes`(model: String) async throws {
        try await withSimulator { port, _ in
            let refusal = try await Client.send(.chat(of: model), to: port).refusal()
            #expect(
                refusal
                    == Refusal(
                        status: 404,
                        message: "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
                            + "Did you mean to use v1/completions?",
                        param: "model", code: nil))
            #expect(try await Client.send(.response(of: model), to: port).refusal()?.param == "model")
        }
    }

    @Test(arguments: ["gpt-4o-search-preview", "gpt-5-search-api", "gpt-audio-1.5"])
    func `the Responses API rejects models that only Chat Completions serves`(model: String) async throws {
        try await withSimulator { port, _ in
            for path in ["/v1/responses", "/v1/responses/compact", "/v1/responses/input_tokens"] {
                let request = Request.post(path, #"{"model":"\#(model)","input":"x"}"#)
                let refusal = try await Client.send(request, to: port).refusal()
                #expect(
                    refusal
                        == Refusal(
                            message: "The requested model '\(model)' is not supported with the Responses API.",
                            param: "model", code: "model_not_found"))
            }
            #expect(try await Client.send(.chat(of: model), to: port).status == 200)
        }
    }

    private static let tool = #","tools":[{"type":"function","function":{"name":"f"}}]"#
    private static let function = #","functions":[{"name":"f"}]"#

    @Test(arguments: [
        ("gpt-6.1-sol", nil), ("gpt-6.1-sol", "low"), ("gpt-6.1-terra", "none"), ("gpt-6-astra", nil),
        ("gpt-6-sol", nil), ("gpt-5.6-terra", nil), ("gpt-5.4", "medium"),
    ])
    func `Chat Completions rejects function tools according to the catalogue`(
        model: String, effort: String?
    ) async throws {
        try await withSimulator { port, _ in
            let effort = effort.map { #","reasoning_effort":"\#($0)""# } ?? ""
            for tools in [Self.tool, Self.function] {
                let refusal = try await Client.send(.chat(of: model, options: tools + effort), to: port).refusal()
                #expect(
                    refusal
                        == Refusal(
                            message: "Function tools with reasoning_effort are not supported for \(model) in "
                                + "/v1/chat/completions. To use function tools, use /v1/responses or set "
                                + "reasoning_effort to 'none'.",
                            param: "reasoning_effort", code: nil))
            }
        }
    }

    @Test(arguments: [
        ("gpt-5", "low"), ("gpt-5.4", nil), ("gpt-5.6-terra", "none"), ("gpt-6-luna", "none"), ("gpt-4.1", nil),
        ("llama3:8b", nil),
    ])
    func `Chat Completions accepts function tools otherwise`(model: String, effort: String?) async throws {
        try await withSimulator { port, _ in
            let effort = effort.map { #","reasoning_effort":"\#($0)""# } ?? ""
            let reply = try await Client.send(.chat(of: model, options: Self.tool + effort), to: port)
            #expect(reply.status == 200)
        }
    }

    @Test func `tools other than functions are accepted for all models`() async throws {
        try await withSimulator { port, _ in
            let tools = #","tools":[{"type":"custom","custom":{"name":"c"}}],"functions":[]"#
            let reply = try await Client.send(.chat(of: "gpt-6.1-sol", options: tools), to: port)
            #expect(reply.status == 200)
        }
    }
}
