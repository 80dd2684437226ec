import JSON
import Testing
import UpstreamSimulator

@Suite(.timeLimit(.minutes(1)))
struct RecordingTests {
    private let configuration = Simulator.Configuration(vectors: Vectors.directory)

    @Test(arguments: Vectors.names)
    func `a recorded exchange is replayed byte for byte`(name: String) async throws {
        try await withSimulator(configuration) { port, _ in
            let play = [("x-simulate", "play=\(name.prefix(2))")]
            let stream = try await Client.send(.ask("any", stream: true, headers: play), to: port)
            #expect(stream.body == (try Vectors.bytes("streams/\(name).sse")))
            let whole = try await Client.send(.ask("any", headers: play), to: port)
            #expect(whole.body == (try Vectors.bytes("bodies/\(name).json")))
            #expect(whole.status == (name.hasPrefix("12") ? 429 : 200))
            let chunks = try await Client.send(
                .chat("[simulate play=\(name)]", options: #","stream":true"#), to: port)
            #expect(chunks.body == (try Vectors.bytes("expected/\(name).chunks.sse")))
            let completion = try await Client.send(.chat("[simulate play=\(name)]"), to: port)
            #expect(completion.body == (try Vectors.bytes("expected/\(name).completion.json")))
        }
    }

    @Test func `an exchange is found by the text of its request`() async throws {
        try await withSimulator(configuration) { port, _ in
            for (name, body) in try requests(".responses_stream.json") {
                let reply = try await Client.send(.post("/v1/responses", body), to: port)
                #expect(reply.body == (try Vectors.bytes("streams/\(name).sse")), "\(name)")
            }
        }
    }

    @Test func `the text is recognized in a transcript and beside a directive`() async throws {
        try await withSimulator(configuration) { port, _ in
            let expected = try Vectors.bytes("bodies/06_reasoning_summary.json")
            for text in ["[system]\nBe short.\n\n---\n[user]\nIs 221 prime?\n", "[simulate delay=1] Is 221 prime?"] {
                #expect(try await Client.send(.ask(text), to: port).body == expected)
            }
        }
    }

    @Test func `a recording can be cut short`() async throws {
        try await withSimulator(configuration) { port, _ in
            let reply = try await Client.send(.ask("[simulate cut=3] Say hello.", stream: true), to: port)
            #expect(!reply.isComplete)
            #expect(try Vectors.bytes("streams/01_plain_text.sse").starts(with: reply.body))
            #expect(reply.data.count == 3)
        }
    }

    @Test func `an unknown exchange is rejected`() async throws {
        try await withSimulator(configuration) { port, _ in
            let reply = try await Client.send(.ask("[simulate play=99]"), to: port)
            #expect(reply.status == 400)
        }
    }

    @Test func `the simulator does not start without recordings in the folder`() {
        #expect(throws: RecordingsUnreadable.self) { try Simulator(.init(vectors: "/nonexistent")) }
    }

    /// The recorded requests with a unique text, and the names of their exchanges.
    private func requests(_ suffix: String) throws -> [(name: String, body: String)] {
        try Vectors.names.filter { !["11_failed", "12_error_event"].contains($0) }.map { name in
            (name, String(decoding: try Vectors.bytes("requests/\(name)\(suffix)"), as: UTF8.self))
        }
    }
}
