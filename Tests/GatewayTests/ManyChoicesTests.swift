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

    // MARK: Orders

    private enum Action: CaseIterable {
        case head, text, end, cut
    }

    private enum Input: Equatable {
        case upstream(Action, Int)
        case tick, leave

        static let all =
            [.tick, .leave] + Action.allCases.flatMap { action in [0, 1].map { Input.upstream(action, $0) } }
    }

    @Test func `in every order, two choices have one response and leave nothing behind`() async throws {
        let configuration = try await Stage.configuration([
            "MAX_STREAMS": "2", "RETRIES": "0", "IDLE_TIMEOUT": "15s", "UPSTREAM_TIMEOUT": "60s",
        ])
        var count = 0
        func follow(_ inputs: [Input]) throws {
            var next: [Input] = []
            try Stage.run(configuration) { stage in
                let client = stage.send(Self.two)
                for input in inputs { try play(input, client, stage) }
                if !client.isAnswered {
                    next = Input.all.filter { Self.permits($0, after: inputs, stage.upstream.connections) }
                }
                stage.advance(by: .seconds(400))
                count += 1
                let hasLeft = inputs.contains(.leave)
                let ends = client.text.ranges(of: "data: [DONE]\n\n").count
                let isWhole = client.text.contains("Content-Length: ")
                let isFine =
                    client.isAnswered && stage.lines.count == 1 && (hasLeft || ends == (isWhole ? 0 : 1))
                    && stage.hasFreePermit && stage.hasAllMemory && stage.upstream.openConnections.isEmpty
                if !isFine { Issue.record("\(inputs): \(client.text), \(stage.lines)") }
            }
            guard inputs.count < 5 else { return }
            for input in next { try follow(inputs + [input]) }
        }
        try follow([])
        #expect(count > 500)
    }

    private func play(_ input: Input, _ client: Stage.Client, _ stage: Stage) throws {
        switch input {
        case .tick: stage.advance(by: .seconds(10))
        case .leave: stage.leave(client)
        case .upstream(let action, let index):
            let connection = stage.upstream.connections[index]
            switch action {
            case .head: connection.send(Scripted.streamHead)
            case .text: connection.send(Scripted.delta("x"))
            case .end: connection.send(Scripted.completed + Scripted.end)
            case .cut: connection.close()
            }
            stage.advance(by: .zero)
        }
    }

    /// Whether upstream and the client can do this next.
    private static func permits(_ input: Input, after inputs: [Input], _ connections: [MemoryConnection]) -> Bool {
        guard case .upstream(let action, let index) = input else { return true }
        let isOver = inputs.contains(.upstream(.end, index)) || !connections[index].isOpen
        return !isOver && (action == .cut || (action == .head) != inputs.contains(.upstream(.head, index)))
    }
}
