import NIOCore
import TestSupport
import Testing

/// A request with several choices: one upstream request for each.
struct ManyChoicesTests {
    private static let two = #"{"model":"gpt-5","n":2,"stream":true,"messages":[{"role":"user","content":"Hello"}]}"#

    /// Two streams that have begun, each on its connection.
    private func begun(_ stage: Stage) throws -> Stage.Client {
        let client = stage.send(Self.two)
        try #require(stage.upstream.connections.count == 2)
        for (index, connection) in stage.upstream.connections.enumerated() {
            connection.send(Scripted.streamHead + Scripted.prelude + Scripted.delta("choice \(index)"))
        }
        stage.advance(by: .zero)
        return client
    }

    @Test func `a response with two choices ends when both have ended`() async throws {
        try await Stage.run { stage in
            let client = try begun(stage)
            for index in 0...1 { #expect(client.text.contains("choice \(index)")) }
            stage.upstream.connections[1].send(Scripted.completed + Scripted.end)
            stage.advance(by: .seconds(1))
            #expect(!client.isAnswered)
            stage.upstream.connections[0].send(Scripted.completed + Scripted.end)
            stage.advance(by: .zero)
            #expect(client.isAnswered)
            #expect(client.text.ranges(of: "data: [DONE]").count == 1)
        }
    }

    @Test func `an error of one choice ends the other one too`() async throws {
        try await Stage.run { stage in
            let client = try begun(stage)
            stage.upstream.connections[0].close()
            stage.advance(by: .zero)
            #expect(client.isAnswered)
            #expect(client.text.contains("upstream_cut"))
            #expect(client.text.hasSuffix("data: [DONE]\n\n"))
            #expect(stage.upstream.openConnections.isEmpty)
        }
    }

    @Test func `the failure of one request cancels the other one before its head`() async throws {
        try await Stage.run(["RETRIES": "0"]) { stage in
            let client = stage.send(Self.two)
            stage.upstream.connections[1].send(Scripted.error(500, "server_error"))
            stage.advance(by: .zero)
            #expect(client.text.hasPrefix("Status: 500 "))
            #expect(!stage.upstream.connections[0].isOpen)
        }
    }

    @Test func `a client that does not read holds up both streams`() async throws {
        try await Stage.run { stage in
            let client = try begun(stage)
            stage.stopReading(client)
            for _ in 1...3 {
                for connection in stage.upstream.connections { connection.send(Scripted.delta("more")) }
                stage.advance(by: .zero)
            }
            #expect(stage.upstream.connections.allSatisfy { $0.unreadByteCount > 0 })
            stage.resumeReading(client)
            #expect(stage.upstream.connections.allSatisfy { $0.unreadByteCount == 0 })
            #expect(client.text.ranges(of: #""more""#).count == 6)
        }
    }

    @Test func `all permits of a request are returned`() async throws {
        try await Stage.run(["MAX_STREAMS": "2"]) { stage in
            let client = try begun(stage)
            #expect(!stage.hasFreePermit)
            stage.leave(client)
            #expect(stage.hasFreePermit)
            _ = stage.send(Self.two)
            #expect(stage.upstream.requests.count == 4)
        }
    }
}
