import JSON
import Models
import Testing
import UpstreamSimulator

@Suite(.timeLimit(.minutes(1)))
struct ShutdownTests {
    private static let bodies = [
        ("/v1/responses", #""input":"x""#), ("/v1/responses/compact", #""input":"x""#),
        ("/v1/responses/input_tokens", #""input":"x""#), ("/v1/chat/completions", #""messages":[]"#),
        ("/v1/embeddings", #""input":"x""#), ("/v1/moderations", #""input":"x""#),
    ]

    private func configuration(on text: String) throws -> Simulator.Configuration {
        let day = try #require(Day(text))
        return .init(day: day)
    }

    @Test(arguments: bodies)
    func `every endpoint rejects a model from its shutdown date on`(path: String, rest: String) async throws {
        let request = Request.post(path, #"{"model":"gpt-5",\#(rest)}"#)
        try await withSimulator(configuration(on: "2026-12-10")) { port, _ in
            let reply = try await Client.send(request, to: port)
            #expect(reply.status == 200)
        }
        try await withSimulator(configuration(on: "2026-12-11")) { port, simulator in
            #expect(
                try await Client.send(request, to: port).refusal()
                    == Refusal(
                        status: 404,
                        message: "The model `gpt-5` has been deprecated, learn more here: "
                            + "https://platform.openai.com/docs/deprecations",
                        param: nil, code: "model_not_found"))
            let recorded = try await simulator.lastEnded()
            #expect(recorded.path == path)
            #expect(recorded.status == 404)
        }
    }

    @Test func `without a date no model is shut down`() async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.chat(of: "gpt-4-32k"), to: port)
            #expect(reply.status == 200)
            #expect(try await Client.send(.get("/v1/models/gpt-4-32k"), to: port).status == 200)
        }
    }

    @Test func `a fine-tuned model is shut down with its base model`() async throws {
        try await withSimulator(configuration(on: "2026-12-11")) { port, _ in
            let reply = try await Client.send(.response(of: "ft:gpt-3.5-turbo-0125:mine::abc"), to: port)
            #expect(reply.status == 404)
        }
    }

    @Test func `the model list has the available models and their shutdown dates`() async throws {
        try await withSimulator(configuration(on: "2026-12-11")) { port, _ in
            let list = try await Client.send(.get("/v1/models"), to: port).json()
            var days: [String: String] = [:]
            for model in try #require(list["data"]).elements {
                days[try #require(model["id"]?.string)] = model["shutdown_date"]?.string ?? "never"
            }
            for name in [
                "gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna",
                "text-embedding-3-small", "omni-moderation-latest",
            ] {
                #expect(days[name] == "never", "\(name)")
            }
            #expect(days["gpt-4.1"] == "2027-01-14")
            for name in ["gpt-5", "gpt-4", "davinci-002", "*", "gpt-6*"] {
                #expect(days[name] == nil, "\(name)")
            }
        }
    }

    @Test func `a single model has the same shutdown date as in the list`() async throws {
        try await withSimulator(configuration(on: "2026-12-11")) { port, _ in
            let model = try await Client.send(.get("/v1/models/gpt-4.1"), to: port).json()
            #expect(model["shutdown_date"]?.string == "2027-01-14")
            #expect(try await Client.send(.get("/v1/models/gpt-5"), to: port).refusal()?.code == "model_not_found")
        }
    }

    @Test(arguments: bodies)
    func `a directive can make models missing`(path: String, rest: String) async throws {
        try await withSimulator { port, _ in
            let words = [("x-simulate", "missing=gpt-5,gpt-5-mini")]
            for name in ["gpt-5", "gpt-5-mini"] {
                let request = Request.post(path, #"{"model":"\#(name)",\#(rest)}"#, headers: words)
                let refusal = try await Client.send(request, to: port).refusal()
                #expect(
                    refusal
                        == Refusal(
                            status: 404,
                            message: "The model `\(name)` does not exist or you do not have access to it.", param: nil,
                            code: "model_not_found"))
            }
            let other = Request.post(path, #"{"model":"gpt-6.1-sol",\#(rest)}"#, headers: words)
            #expect(try await Client.send(other, to: port).status == 200)
        }
    }

    @Test func `a directive that makes one model missing does not affect another`() async throws {
        try await withSimulator { port, _ in
            let text = "[simulate missing=gpt-5] Hello"
            #expect(try await Client.send(.response(of: "gpt-5", text), to: port).status == 404)
            let reply = try await Client.send(.response(of: "gpt-6.1-sol", text), to: port)
            #expect(outputText(of: try reply.json()) == "You said: Hello (gpt-6.1-sol)")
        }
    }
}
