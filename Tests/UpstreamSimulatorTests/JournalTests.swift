import JSON
import NIOHTTP1
import Testing
import UpstreamSimulator

@Suite(.timeLimit(.minutes(1)))
struct JournalTests {
    @Test func `a request is recorded as received`() async throws {
        try await withSimulator { port, simulator in
            let body = #"{"model":"gpt-5", "input":"Grüße"}"#
            _ = try await Client.send(.post("/v1/responses?a=b", body, headers: [("X-Mine", "1")]), to: port)
            let request = try await simulator.lastEnded()
            #expect(request.method == "POST")
            #expect(request.path == "/v1/responses?a=b")
            #expect(request.text == body)
            #expect(request.header("x-mine") == "1")
            #expect(request.status == 200)
            #expect(request.ending == .completed)
        }
    }

    @Test func `the journal can be read and cleared over HTTP`() async throws {
        try await withSimulator { port, _ in
            _ = try await Client.send(.ask("Hello", stream: true), to: port)
            let journal = try await Client.send(.get("/_simulator/requests"), to: port).json()
            let entry = try #require(Array(journal.elements).first)
            #expect(entry["path"]?.string == "/v1/responses")
            #expect(entry["body"]?.string?.contains("Hello") == true)
            #expect(entry["ending"]?.string == "completed")
            #expect(entry["events_sent"]?.integer == 12)
            let deletion = Request(method: .DELETE, path: "/_simulator/requests")
            let emptied = try await Client.send(deletion, .get("/_simulator/requests"), to: port)
            #expect(emptied.text == "[]")
        }
    }

    @Test func `requests have the number of their connection, and connections are counted`() async throws {
        try await withSimulator { port, simulator in
            _ = try await Client.send(.ask("a"), .ask("b"), .ask("c", stream: true), to: port)
            _ = try await Client.send(.ask("d"), to: port)
            #expect(simulator.requests.map(\.connection) == [1, 1, 1, 2])
            let counts = try await Client.send(.get("/_simulator/connections"), to: port).json()
            #expect(counts["total"]?.integer == 3)
            while simulator.connections.open > 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
    }

    @Test func `the beginning and the size of a large body are recorded`() async throws {
        try await withSimulator { port, simulator in
            let request = Request.ask(String(repeating: "x", count: 1_000_000))
            #expect(try await Client.send(request, to: port).status == 200)
            let recorded = try await simulator.lastEnded()
            #expect(recorded.bodySize == request.body.utf8.count)
            #expect(recorded.body.count == RecordedRequest.keptBodySize)
        }
    }

    @Test func `only the last thousand requests are kept`() async throws {
        try await withSimulator { port, simulator in
            let requests = (0..<1_005).map { Request.get("/v1/models/\($0)") }
            _ = try await Client.send(requests, to: port)
            #expect(simulator.requests.count == 1_000)
            #expect(simulator.requests.first?.path == "/v1/models/5")
            #expect(simulator.requests.last?.number == 1_005)
        }
    }

    @Test func `a client that disconnects during a stream is noticed`() async throws {
        try await withSimulator(.init(pace: 30)) { port, simulator in
            let reply = try await Client.send(.ask("[simulate deltas=1000]", stream: true), to: port, leavingAfter: 4)
            #expect(reply.data.count == 4)
            let request = try await simulator.lastEnded()
            #expect(request.ending == .clientClosed)
            #expect((4..<1_000).contains(request.eventsSent))
        }
    }

    @Test func `a client that disconnects during a large unread response is noticed`() async throws {
        try await withSimulator { port, simulator in
            _ = try await Client.send(.ask("[simulate size=50000000]", stream: true), to: port, leavingAfter: 1)
            #expect(try await simulator.lastEnded().ending == .clientClosed)
        }
    }
}
