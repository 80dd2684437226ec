import NIOCore
import TestSupport
import Testing

/// When the head of a stream, its heartbeats and its end reach the client.
struct StreamTimingTests {
    private static let times = ["STREAM_HEAD_DELAY": "10s", "HEARTBEAT": "15s", "RETRIES": "0"]

    /// A request whose stream has begun.
    private func begunStream(_ stage: Stage, path: String = "/v1/chat/completions") throws -> Stage.Client {
        let client = stage.send(path: path)
        try stage.upstreamSends(Scripted.streamHead + Scripted.prelude + Scripted.delta("Hello"))
        return client
    }

    private func beats(_ text: String) -> Int {
        text.split(separator: "\n\n").count { $0.hasPrefix(":") || $0.contains(#""delta":{}"#) }
    }

    @Test func `the head waits for the first text, and each event is sent at once`() async throws {
        try await Stage.run(Self.times) { stage in
            let client = stage.send()
            try stage.upstreamSends(Scripted.streamHead + Scripted.prelude)
            #expect(client.text == "")
            try stage.upstreamSends(Scripted.delta("Hel"))
            #expect(client.text.hasPrefix("Status: 200 OK\r\n"))
            #expect(client.text.contains(#""Hel""#))
            try stage.upstreamSends(Scripted.delta("lo"))
            #expect(client.text.contains(#""lo""#))
            #expect(!client.isAnswered)
            try stage.upstreamSends(Scripted.completed + Scripted.end)
            #expect(client.text.hasSuffix("data: [DONE]\n\n"))
            #expect(client.isAnswered)
            #expect(stage.lines.count == 1)
        }
    }

    @Test(arguments: [false, true])
    func `a stream begins after the head delay, even if upstream is silent`(hasUpstreamsHead: Bool) async throws {
        try await Stage.run(Self.times) { stage in
            let client = stage.send()
            if hasUpstreamsHead { try stage.upstreamSends(Scripted.streamHead) }
            stage.advance(by: .milliseconds(9999))
            #expect(client.text == "")
            stage.advance(by: .milliseconds(1))
            #expect(client.text.hasPrefix("Status: 200 OK\r\n"))
            // Web servers may hold back a head without a body.
            #expect(!client.text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test(arguments: [
        ("/v1/chat/completions", "Status: 500 "), ("/v1/responses", "Status: 500 "), ("/proxy", "Status: 502 "),
    ])
    func `an error before the head delay gets its own status`(path: String, status: String) async throws {
        try await Stage.run(Self.times) { stage in
            let client = stage.send(path: path)
            stage.advance(by: .seconds(9))
            try stage.upstreamSends(Scripted.error(500, "server_error"))
            #expect(client.text.hasPrefix(status))
            #expect(client.isAnswered)
            let response = client.text
            stage.advance(by: .seconds(60))
            #expect(client.text == response)
            #expect(stage.lines.count == 1)
        }
    }

    @Test(arguments: ["/v1/chat/completions", "/v1/responses"])
    func `upstream's error after the head delay is an event of the stream, in upstream's words`(
        path: String
    ) async throws {
        try await Stage.run(Self.times) { stage in
            let client = stage.send(path: path)
            stage.advance(by: .seconds(10))
            try stage.upstreamSends(Scripted.error(400, "context_length_exceeded"))
            #expect(client.isAnswered)
            #expect(client.text.hasPrefix("Status: 200 OK\r\n"))
            #expect(client.text.contains("Upstream says no."))
            #expect(client.text.contains("context_length_exceeded"))
            #expect(stage.lines.first?.contains(#""status":200"#) == true)
            #expect(stage.lines.first?.contains("upstream_status") == true)
        }
    }

    @Test(arguments: ["/v1/chat/completions", "/v1/responses"])
    func `an error within a stream that began early is told once`(path: String) async throws {
        try await Stage.run(Self.times) { stage in
            let client = stage.send(path: path)
            stage.advance(by: .seconds(10))
            try stage.upstreamSends(Scripted.streamHead + Scripted.prelude + Scripted.failed("server_error"))
            #expect(client.isAnswered)
            #expect(client.text.ranges(of: "Try again.").count == 1)
            #expect(!client.text.contains("event: error"))
        }
    }

    @Test func `a client without a stream waits for upstream, without a head`() async throws {
        try await Stage.run(Self.times) { stage in
            let client = stage.send(#"{"model":"gpt-5","messages":[{"role":"user","content":"Hello"}]}"#)
            stage.advance(by: .seconds(60))
            #expect(client.text == "")
            try stage.upstreamSends(Scripted.reply)
            #expect(client.text.hasPrefix("Status: 200 OK\r\n"))
            #expect(client.isAnswered)
        }
    }

    // MARK: Heartbeats

    @Test func `a silent upstream is bridged by heartbeats, from the head delay on`() async throws {
        try await Stage.run(Self.times) { stage in
            let client = stage.send()
            stage.advance(by: .seconds(10))
            var lengths = [client.text.utf8.count]
            for _ in 1...4 {
                stage.advance(by: .milliseconds(14_999))
                #expect(client.text.utf8.count == lengths.last)
                stage.advance(by: .milliseconds(1))
                lengths.append(client.text.utf8.count)
            }
            #expect(zip(lengths, lengths.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test(arguments: ["/v1/chat/completions", "/v1/responses", "/proxy"])
    func `an event postpones the heartbeat`(path: String) async throws {
        try await Stage.run(Self.times) { stage in
            let client = try begunStream(stage, path: path)
            for _ in 1...3 {
                stage.advance(by: .seconds(14))
                try stage.upstreamSends(Scripted.delta("more"))
            }
            #expect(beats(client.text) == 0)
            stage.advance(by: .milliseconds(14_999))
            #expect(beats(client.text) == 0)
            stage.advance(by: .milliseconds(1))
            #expect(beats(client.text) == 1)
        }
    }

    @Test(arguments: [Scripted.completed + Scripted.end, Scripted.failed("server_error") + Scripted.end, ""])
    func `no heartbeat follows the end of a stream`(ending: String) async throws {
        try await Stage.run(Self.times) { stage in
            let client = try begunStream(stage)
            try stage.upstreamSends(ending)
            try stage.upstreamCloses()
            #expect(client.isAnswered)
            let response = client.text
            stage.advance(by: .seconds(100))
            #expect(client.text == response)
        }
    }

    @Test func `a client that does not read gets no heartbeats`() async throws {
        try await Stage.run(Self.times) { stage in
            let client = try begunStream(stage)
            stage.stopReading(client)
            try stage.upstreamSends(Scripted.delta("more"))
            let pending = client.sink.pendingByteCount
            stage.advance(by: .seconds(100))
            #expect(client.sink.pendingByteCount == pending)
            stage.resumeReading(client)
            #expect(beats(client.text) == 0)
            stage.advance(by: .seconds(15))
            #expect(beats(client.text) == 1)
        }
    }

    // MARK: Time limits

    @Test func `a silent stream ends with an error after the idle timeout`() async throws {
        try await Stage.run(Self.times.merging(["IDLE_TIMEOUT": "40s"]) { $1 }) { stage in
            let client = try begunStream(stage)
            stage.advance(by: .seconds(39))
            #expect(!client.isAnswered)
            stage.advance(by: .seconds(2))
            #expect(client.isAnswered)
            #expect(client.text.contains("upstream_idle_timeout"))
            #expect(client.text.hasSuffix("data: [DONE]\n\n"))
            #expect(stage.upstream.openConnections.isEmpty)
        }
    }

    @Test func `upstream that never responds is given up after the upstream timeout`() async throws {
        try await Stage.run(Self.times.merging(["UPSTREAM_TIMEOUT": "30s"]) { $1 }) { stage in
            let client = stage.send(#"{"model":"gpt-5","messages":[{"role":"user","content":"Hello"}]}"#)
            stage.advance(by: .seconds(29))
            #expect(!client.isAnswered)
            stage.advance(by: .seconds(2))
            #expect(client.text.hasPrefix("Status: 504 "))
            #expect(stage.upstream.openConnections.isEmpty)
        }
    }

    @Test func `a stream may last longer than the upstream timeout`() async throws {
        try await Stage.run(Self.times.merging(["UPSTREAM_TIMEOUT": "30s"]) { $1 }) { stage in
            let client = try begunStream(stage)
            for _ in 1...20 {
                stage.advance(by: .seconds(20))
                try stage.upstreamSends(Scripted.delta("more"))
            }
            try stage.upstreamSends(Scripted.completed + Scripted.end)
            #expect(client.text.hasSuffix("data: [DONE]\n\n"))
            #expect(!client.text.contains("error"))
        }
    }
}
