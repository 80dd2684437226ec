import NIOCore
import TestSupport
import Testing

/// What remains of a request after its client has left, or when the process stops.
struct LeavingTests {
    /// What a request is waiting for.
    enum Phase: String, CaseIterable {
        case connection, head, headAfterDelay, text, more, client, retry, wholeBody
    }

    private static let settings = [
        "MAX_STREAMS": "1", "IDLE_TIMEOUT": "1h", "UPSTREAM_TIMEOUT": "1h", "STATUS_PATH": "/status",
    ]

    /// A request in that phase.
    private func request(_ stage: Stage, in phase: Phase) throws -> Stage.Client {
        if phase == .connection { stage.upstream.reachability[1] = .hangs }
        let client =
            phase == .wholeBody
            ? stage.send(#"{"model":"gpt-5","messages":[{"role":"user","content":"Hello"}]}"#) : stage.send()
        switch phase {
        case .connection, .head: break
        case .headAfterDelay: stage.advance(by: .seconds(10))
        case .text: try stage.upstreamSends(Scripted.streamHead + Scripted.prelude)
        case .more: try stage.upstreamSends(Scripted.streamHead + Scripted.delta("Hello"))
        case .client:
            stage.stopReading(client)
            try stage.upstreamSends(Scripted.streamHead + Scripted.delta("Hello"))
        case .retry: try stage.upstreamSends(Scripted.error(503, "overloaded", headers: ["Retry-After: 9"]))
        case .wholeBody: try stage.upstreamSends(String(Scripted.reply.dropLast(9)))
        }
        return client
    }

    @Test(arguments: Phase.allCases)
    func `nothing is left of a request whose client has left`(phase: Phase) async throws {
        try await Stage.run(Self.settings) { stage in
            let client = try request(stage, in: phase)
            #expect(!client.isAnswered)
            #expect(stage.liveCount == 1)
            let sent = stage.upstream.requests.count
            stage.leave(client)
            #expect(client.isAnswered)
            // After a complete error response, its connection is kept for the next request.
            if phase != .retry { #expect(stage.upstream.openConnections.isEmpty) }
            #expect(stage.lines.count == 1)
            #expect(stage.lines.first?.contains(#""client_left":true"#) == true)
            #expect(stage.liveCount == 0)
            let text = client.text
            stage.advance(by: .minutes(5))
            #expect(client.text == text)
            #expect(stage.upstream.requests.count == sent)
            #expect(stage.hasFreePermit)
            #expect(stage.hasAllMemory)
        }
    }

    @Test(arguments: Phase.allCases)
    func `nothing keeps a response in memory after its end`(phase: Phase) async throws {
        try await Stage.run(Self.settings) { stage in
            weak var sink: MemorySink?
            do {
                let client = try request(stage, in: phase)
                sink = client.sink
                stage.leave(client)
            }
            stage.advance(by: .minutes(5))
            #expect(sink == nil)
        }
    }

    @Test(arguments: Phase.allCases)
    func `a client that still waits when the process stops is told so`(phase: Phase) async throws {
        try await Stage.run(Self.settings) { stage in
            let client = try request(stage, in: phase)
            stage.stop(client)
            stage.resumeReading(client)
            #expect(client.isAnswered)
            switch phase {
            case .headAfterDelay, .more, .client:
                #expect(client.text.hasPrefix("Status: 200 "))
                #expect(client.text.hasSuffix("data: [DONE]\n\n"))
            case .connection, .head, .text, .retry, .wholeBody:
                #expect(client.text.hasPrefix("Status: 503 "))
            }
            #expect(client.text.contains("The proxy is shutting down."))
            if phase != .retry { #expect(stage.upstream.openConnections.isEmpty) }
            #expect(stage.lines.count == 1)
            #expect(stage.hasFreePermit)
            #expect(stage.hasAllMemory)
        }
    }

    // MARK: Clients that read slowly

    @Test func `upstream is not read while the client does not read`() async throws {
        try await Stage.run(["IDLE_TIMEOUT": "60s"]) { stage in
            let client = stage.send()
            try stage.upstreamSends(Scripted.streamHead + Scripted.delta("one"))
            stage.stopReading(client)
            try stage.upstreamSends(Scripted.delta("two"))
            #expect(try stage.connection.unreadByteCount == 0)
            try stage.upstreamSends(Scripted.delta("three") + Scripted.completed + Scripted.end)
            #expect(try stage.connection.unreadByteCount > 0)
            // The pause does not count as upstream's silence.
            stage.advance(by: .minutes(5))
            #expect(!client.isAnswered)
            stage.resumeReading(client)
            #expect(try stage.connection.unreadByteCount == 0)
            #expect(client.isAnswered)
            let texts = ["one", "two", "three"].compactMap { client.text.firstRange(of: #""\#($0)""#)?.lowerBound }
            #expect(texts.count == 3 && texts == texts.sorted())
            #expect(client.text.hasSuffix("data: [DONE]\n\n"))
        }
    }

    @Test func `a request is done when the client has read the response, not before`() async throws {
        try await Stage.run { stage in
            let client = stage.send()
            try stage.upstreamSends(Scripted.streamHead + Scripted.delta("one"))
            stage.stopReading(client)
            try stage.upstreamSends(Scripted.completed + Scripted.end)
            #expect(!client.isAnswered)
            #expect(stage.lines.isEmpty)
            stage.resumeReading(client)
            #expect(client.isAnswered)
            #expect(stage.lines.count == 1)
        }
    }

    @Test func `output that a client does not read counts against the memory budget`() async throws {
        try await Stage.run(memory: 1 << 20) { stage in
            let client = stage.send(path: "/v1/responses")
            try stage.upstreamSends(Scripted.streamHead + Scripted.delta("one"))
            stage.stopReading(client)
            try stage.upstreamSends(Scripted.delta(String(repeating: "x", count: 200_000)))
            #expect(!stage.hasAllMemory)
            stage.resumeReading(client)
            try stage.upstreamSends(Scripted.delta("end") + Scripted.completed + Scripted.end)
            #expect(client.isAnswered)
            #expect(stage.hasAllMemory)
        }
    }
}
