import JSON
import NIOHTTP1
import Testing
import UpstreamSimulator

@Suite(.timeLimit(.minutes(1)))
struct FaultTests {
    @Test func `a status is sent with an error and retry-after`() async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.ask("[simulate status=429 retry-after=2] Hello"), to: port)
            #expect(reply.status == 429)
            #expect(reply.headers["retry-after"] == ["2"])
            #expect(try reply.json()["error"]?["code"]?.string == "rate_limit_exceeded")
        }
    }

    @Test func `a directive at any position in a transcript is obeyed`() async throws {
        try await withSimulator { port, _ in
            let transcript = "[system]\nBe [simulate status=503] kind.\n\n---\n[user]\nhi\n"
            let reply = try await Client.send(.ask(transcript), to: port)
            #expect(reply.status == 503)
        }
    }

    @Test func `a directive in the header or in items is obeyed`() async throws {
        try await withSimulator { port, _ in
            let header = try await Client.send(.ask("Hi", headers: [("x-simulate", "status=500")]), to: port)
            #expect(header.status == 500)
            let item = try await Client.send(.chat("[simulate status=500] Hi"), to: port)
            #expect(item.status == 500)
        }
    }

    @Test(arguments: ["bogus", "status=x", "status=99", "cut", "delay=-1", "missing"])
    func `an unknown directive is rejected`(words: String) async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.ask("[simulate \(words)]"), to: port)
            #expect(reply.status == 400)
            #expect(reply.text.contains("'\(words)'"))
        }
    }

    @Test func `an HTML page can be sent instead of JSON`() async throws {
        try await withSimulator { port, _ in
            let page = try await Client.send(.ask("[simulate html]", stream: true), to: port)
            #expect(page.status == 200)
            #expect(page.headers["content-type"] == ["text/html; charset=utf-8"])
            #expect(try await Client.send(.ask("[simulate status=502 html]"), to: port).status == 502)
        }
    }

    @Test(arguments: ["cut-head", "garbage"])
    func `an invalid or missing HTTP response can be sent, and the connection closes`(words: String) async throws {
        try await withSimulator { port, simulator in
            let reply = try await Client.send(.ask("[simulate \(words)]"), to: port)
            #expect(reply.status == 0)
            #expect(try await simulator.lastEnded().ending == .brokenOff)
        }
    }

    @Test func `a stream can be cut after a number of events`() async throws {
        try await withSimulator { port, simulator in
            let reply = try await Client.send(.ask("[simulate cut=3]", stream: true), to: port)
            #expect(reply.data.count == 3)
            #expect(!reply.isComplete)
            let request = try await simulator.lastEnded()
            #expect(request.ending == .brokenOff)
            #expect(request.eventsSent == 3)
        }
    }

    @Test func `a whole response can be cut within its body`() async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.ask("[simulate cut=2]"), to: port)
            #expect(reply.status == 200)
            #expect(reply.body.count == 128)
            #expect(!reply.isComplete)
        }
    }

    @Test func `a stream can stall until the client disconnects`() async throws {
        try await withSimulator { port, simulator in
            let reply = try await Client.send(.ask("[simulate stall=3]", stream: true), to: port, leavingAfter: 3)
            #expect(reply.data.count == 3)
            #expect(try await simulator.lastEnded().ending == .clientClosed)
        }
    }

    @Test func `a request can hang until the client disconnects`() async throws {
        try await withSimulator { port, simulator in
            let waiting = Task { try await Client.send(.ask("[simulate hang]"), to: port) }
            while simulator.requests.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            #expect(simulator.requests.first?.ending == RecordedRequest.Ending.none)
            waiting.cancel()
            let request = try await simulator.lastEnded()
            #expect(request.ending == .clientClosed)
            #expect(request.status == nil)
        }
    }

    @Test func `a stream can end without its terminal event`() async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.ask("[simulate no-terminal]", stream: true), to: port)
            #expect(reply.isComplete)
            #expect(try reply.events().last?["type"]?.string == "response.output_item.done")
        }
    }

    @Test func `a stream can fail halfway`() async throws {
        try await withSimulator { port, _ in
            let events = try await Client.send(.ask("[simulate error-event deltas=6]", stream: true), to: port).events()
            #expect(events.count { $0["delta"] != nil } == 3)
            #expect(events.suffix(2).compactMap { $0["type"]?.string } == ["error", "response.failed"])
            #expect(events.map { $0["sequence_number"]?.integer } == Array(0..<events.count))
            let chat = try await Client.send(.chat("[simulate error-event]", options: #","stream":true"#), to: port)
            #expect(try chat.events().last?["error"]?["code"]?.string == "server_error")
        }
    }

    @Test func `text, size and deltas determine the response`() async throws {
        try await withSimulator { port, _ in
            #expect(outputText(of: try await Client.send(.ask("[simulate text=a b c]"), to: port).json()) == "a b c")
            let long = try await Client.send(.ask("[simulate size=100000]"), to: port).json()
            #expect(outputText(of: long)?.utf8.count == 100_000)
            let events = try await Client.send(.ask("[simulate deltas=20]", stream: true), to: port).events()
            #expect(events.count { $0["delta"] != nil } == 20)
        }
    }

    @Test func `delay delays the head, and pace the events`() async throws {
        try await withSimulator { port, _ in
            let clock = ContinuousClock()
            let delayed = try await clock.measure { _ = try await Client.send(.ask("[simulate delay=60]"), to: port) }
            #expect(delayed >= .milliseconds(60))
            let paced = try await clock.measure {
                _ = try await Client.send(.ask("[simulate pace=10 deltas=4]", stream: true), to: port)
            }
            #expect(paced >= .milliseconds(11 * 10))
        }
    }

    @Test func `a fault can be limited to the first requests`() async throws {
        try await withSimulator { port, _ in
            var statuses: [Int] = []
            for _ in 0..<3 {
                statuses.append(try await Client.send(.ask("[simulate status=500 times=2] Hi"), to: port).status)
            }
            #expect(statuses == [500, 500, 200])
        }
    }
}
