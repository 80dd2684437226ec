import NIOCore
import TestSupport
import Testing

/// What clients notice of the concurrency limit.
struct CrowdedTests {
    private static let whole = #"{"model":"gpt-5","messages":[{"role":"user","content":"Hello"}]}"#
    private static let one = ["MAX_STREAMS": "1"]

    @Test func `a request waits for another one's end, and then gets its turn`() async throws {
        try await Stage.run(Self.one) { stage in
            let first = stage.send(Self.whole)
            let second = stage.send(Self.whole)
            stage.advance(by: .milliseconds(1999))
            #expect(stage.upstream.requests.count == 1)
            try stage.upstreamSends(Scripted.reply)
            #expect(first.isAnswered)
            #expect(stage.upstream.requests.count == 2)
            stage.advance(by: .seconds(10))
            try stage.upstreamSends(Scripted.reply)
            #expect(second.text.hasPrefix("Status: 200 "))
            #expect(stage.hasFreePermit)
        }
    }

    @Test func `a request that waits in vain is refused after two seconds`() async throws {
        try await Stage.run(Self.one) { stage in
            let first = stage.send(Self.whole)
            let second = stage.send(Self.whole)
            stage.advance(by: .milliseconds(1999))
            #expect(!second.isAnswered)
            stage.advance(by: .milliseconds(1))
            #expect(second.text.hasPrefix("Status: 503 "))
            #expect(second.text.contains("Retry-After: "))
            try stage.upstreamSends(Scripted.reply)
            #expect(first.text.hasPrefix("Status: 200 "))
            #expect(stage.upstream.requests.count == 1)
            #expect(stage.hasFreePermit)
        }
    }

    @Test func `a client that leaves the queue does not take the turn of the next one`() async throws {
        try await Stage.run(["MAX_STREAMS": "32"]) { stage in
            for _ in 1...32 { _ = stage.send(Self.whole) }
            let leaving = stage.send(Self.whole)
            let waiting = stage.send(Self.whole)
            stage.leave(leaving)
            #expect(leaving.isAnswered)
            #expect(leaving.text == "")
            #expect(stage.lines.count == 1)
            try stage.upstreamSends(Scripted.reply)
            #expect(stage.upstream.requests.count == 33)
            #expect(!waiting.isAnswered)
            try stage.upstreamSends(Scripted.reply)
            #expect(waiting.text.hasPrefix("Status: 200 "))
        }
    }

    @Test func `a request beyond the queue is refused at once`() async throws {
        try await Stage.run(Self.one) { stage in
            _ = stage.send(Self.whole)
            _ = stage.send(Self.whole)
            let third = stage.send(Self.whole)
            #expect(third.text.hasPrefix("Status: 503 "))
        }
    }

    @Test func `requests in the queue get their turns in order`() async throws {
        try await Stage.run(["MAX_STREAMS": "64"]) { stage in
            for _ in 1...64 { _ = stage.send(Self.whole) }
            let waiting = (1...4).map { stage.send(Self.whole.replacing("Hello", with: "number \($0)")) }
            for connection in stage.upstream.connections.prefix(4) {
                connection.send(Scripted.reply)
                stage.advance(by: .zero)
            }
            let bodies = stage.upstream.connections.prefix(4).compactMap { $0.requests.last?.body }
            for (number, body) in zip(1..., bodies) { #expect(body.contains("number \(number)")) }
            #expect(waiting.allSatisfy { !$0.isAnswered })
        }
    }
}
