import JSON
import NIOHTTP1
import Testing
import UpstreamSimulator

@Suite(.timeLimit(.minutes(1)))
struct ReplyTests {
    @Test func `a whole response echoes the request`() async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(
                .post("/v1/responses", #"{"model":"gpt-5-mini","input":"Hello there","max_output_tokens":99}"#),
                to: port)
            let response = try reply.json()
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == ["application/json"])
            #expect(reply.headers["x-request-id"].first?.hasPrefix("req_") == true)
            #expect(response["object"]?.string == "response")
            #expect(response["status"]?.string == "completed")
            #expect(response["model"]?.string == "gpt-5-mini")
            #expect(response["max_output_tokens"]?.integer == 99)
            #expect(outputText(of: response) == "You said: Hello there (gpt-5-mini, at most 99 tokens)")
        }
    }

    @Test func `a streamed response has all events in order, numbered without gaps`() async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.ask("Hello", stream: true), to: port)
            let events = try reply.events()
            #expect(reply.headers["content-type"] == ["text/event-stream; charset=utf-8"])
            #expect(reply.isComplete)
            let types = events.compactMap { $0["type"]?.string }
            #expect(
                types == [
                    "response.created", "response.in_progress", "response.output_item.added",
                    "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
                    "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
                    "response.content_part.done", "response.output_item.done", "response.completed",
                ])
            #expect(events.map { $0["sequence_number"]?.integer } == Array(0..<events.count))
            let deltas = events.compactMap { $0["delta"]?.string }
            let completed = try #require(events.last?["response"])
            #expect(deltas.joined() == "You said: Hello (gpt-5)")
            #expect(outputText(of: completed) == "You said: Hello (gpt-5)")
            #expect(completed["usage"]?["output_tokens"]?.integer == deltas.count)
            #expect(Set(events.compactMap { $0["response"]?["id"]?.string }).count == 1)
        }
    }

    @Test func `the last user message of a list of items is echoed`() async throws {
        try await withSimulator { port, _ in
            let body = #"""
                {"model":"gpt-5","input":[{"role":"user","content":"first"},{"role":"assistant","content":"yes"},
                {"role":"user","content":[{"type":"input_text","text":"sec"},{"type":"input_text","text":"ond"}]}]}
                """#
            let reply = try await Client.send(.post("/responses", body), to: port)
            #expect(outputText(of: try reply.json()) == "You said: second (gpt-5)")
        }
    }

    @Test(arguments: [
        ("[system]\nBe kind.\n\n---\n[user]\nhi\n", "hi"),
        ("[user]\nhi\n\n---\n[assistant]\nyes\n\n---\n[tool]\n3\n", "hi"),
        ("[user]\none\n\n---\n[user]\ntwo\n---\nhalves\n", "two\n---\nhalves"),
        ("no transcript", "no transcript"),
    ])
    func `the last user block of a transcript is echoed`(transcript: String, echoed: String) async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.ask(transcript), to: port)
            #expect(outputText(of: try reply.json()) == "You said: \(echoed) (gpt-5)")
        }
    }

    @Test func `a whole chat completion has the requested number of choices`() async throws {
        try await withSimulator { port, _ in
            let completion = try await Client.send(.chat("Hello", options: #","n":2"#), to: port).json()
            let choices = try #require(completion["choices"]).elements.map { $0["message"]?["content"]?.string }
            #expect(completion["object"]?.string == "chat.completion")
            #expect(choices == ["You said: Hello (gpt-5)", "You said: Hello (gpt-5)"])
        }
    }

    @Test func `a streamed chat completion ends with finish reason, usage and DONE`() async throws {
        try await withSimulator { port, _ in
            let options = #","stream":true,"stream_options":{"include_usage":true}"#
            let reply = try await Client.send(.chat("Hello", options: options), to: port)
            let chunks = try reply.events()
            let choices = chunks.flatMap { $0["choices"].map { Array($0.elements) } ?? [] }
            #expect(choices.first?["delta"]?["role"]?.string == "assistant")
            #expect(choices.compactMap { $0["delta"]?["content"]?.string }.joined() == "You said: Hello (gpt-5)")
            #expect(choices.last?["finish_reason"]?.string == "stop")
            #expect(chunks.last?["usage"]?["completion_tokens"]?.integer == 4)
            #expect(reply.data.last == "[DONE]")
        }
    }

    @Test func `without include_usage no chunk has usage`() async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.chat("Hello", options: #","stream":true"#), to: port)
            #expect(!reply.text.contains("usage"))
        }
    }

    @Test func `the configuration sets the number of deltas`() async throws {
        try await withSimulator(.init(deltas: 7)) { port, _ in
            let events = try await Client.send(.ask("Hello", stream: true), to: port).events()
            #expect(events.count { $0["delta"] != nil } == 7)
        }
    }

    @Test func `the small endpoints respond`() async throws {
        try await withSimulator { port, _ in
            let models = try await Client.send(.get("/v1/models"), to: port).json()
            #expect(models["data"]?.elements.contains { $0["id"]?.string == "gpt-5" } == true)
            #expect(try await Client.send(.get("/any/prefix/models/gpt-5"), to: port).json()["id"]?.string == "gpt-5")
            #expect(try await Client.send(.get("/v1/models/gpt-0"), to: port).status == 404)
            let embeddings = try await Client.send(
                .post("/v1/embeddings", #"{"model":"text-embedding-3-small","input":["a","b"]}"#), to: port)
            #expect(Array(try #require(try embeddings.json()["data"]).elements).count == 2)
            let moderation = try await Client.send(.post("/v1/moderations", #"{"input":"a"}"#), to: port)
            #expect(try moderation.json()["results"] != nil)
        }
    }

    @Test func `input tokens are counted`() async throws {
        try await withSimulator { port, simulator in
            let body = #"{"model":"gpt-6.1-sol","input":"Hello, how are you?"}"#
            let count = try await Client.send(.post("/v1/responses/input_tokens", body), to: port).json()
            #expect(count["object"]?.string == "response.input_tokens")
            #expect(count["input_tokens"]?.integer ?? 0 > 1)
            let recorded = try await simulator.lastEnded()
            #expect(recorded.path == "/v1/responses/input_tokens")
            #expect(recorded.text == body)
        }
    }

    @Test func `a conversation can be compacted and continued from the result`() async throws {
        try await withSimulator { port, simulator in
            let body = #"{"model":"gpt-6.1-sol","input":[{"role":"user","content":"Hello"}]}"#
            let compaction = try await Client.send(.post("/v1/responses/compact", body), to: port).json()
            #expect(compaction["object"]?.string == "response.compaction")
            #expect(compaction["id"]?.string?.hasPrefix("resp_") == true)
            #expect(compaction["created_at"]?.integer != nil)
            #expect(compaction["usage"]?["input_tokens"]?.integer ?? 0 > 0)
            #expect(try await simulator.lastEnded().path == "/v1/responses/compact")
            let item = try #require(compaction["output"]?.elements.first { _ in true })
            let text = String(decoding: item.text, as: UTF8.self)
            let next = #"{"model":"gpt-6.1-sol","input":[\#(text),{"role":"user","content":"Go on"}]}"#
            let reply = try await Client.send(.post("/v1/responses", next), to: port)
            #expect(outputText(of: try reply.json()) == "You said: Go on (gpt-6.1-sol)")
            #expect(try await Client.send(.post("/v1/responses/compact", "{}"), to: port).refusal()?.param == "model")
        }
    }

    @Test func `requested moderation is in the completed response`() async throws {
        try await withSimulator { port, _ in
            let options = #","moderation":{"model":"omni-moderation-latest"}"#
            let whole = try await Client.send(.response(of: "gpt-5", options: options), to: port).json()
            for side in [whole["moderation"]?["input"], whole["moderation"]?["output"]] {
                #expect(side?["type"]?.string == "moderation_result")
                #expect(side?["flagged"]?.bool == false)
            }
            let stream = Request.response(of: "gpt-5", options: #","stream":true"# + options)
            let events = try await Client.send(stream, to: port).events()
            #expect(events.first?["response"]?["moderation"]?.isNull == true)
            #expect(events.last?["response"]?["moderation"]?["output"]?["flagged"]?.bool == false)
            #expect(try await Client.send(.ask("Hello"), to: port).json()["moderation"]?.isNull == true)
        }
    }

    @Test func `a response can be fetched and deleted by its identifier`() async throws {
        try await withSimulator { port, _ in
            let id = try #require(try await Client.send(.ask("Hello"), to: port).json()["id"]?.string)
            #expect(try await Client.send(.get("/v1/responses/\(id)"), to: port).json()["id"]?.string == id)
            let deletion = try await Client.send(Request(method: .DELETE, path: "/v1/responses/\(id)"), to: port)
            #expect(try deletion.json()["deleted"]?.bool == true)
            #expect(try await Client.send(.get("/v1/responses/resp_x"), to: port).status == 404)
        }
    }

    @Test func `many streams run concurrently`() async throws {
        try await withSimulator(.init(pace: 20)) { port, _ in
            let complete = try await withThrowingTaskGroup { group in
                for _ in 0..<200 {
                    group.addTask { try await Client.send(.ask("Hello", stream: true), to: port).events().count == 12 }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(complete == 200)
        }
    }
}

/// The text of the first part of a response's first item.
func outputText(of response: Value) -> String? {
    response["output"]?.elements.first { _ in true }?["content"]?.elements.first { _ in true }?["text"]?.string
}
