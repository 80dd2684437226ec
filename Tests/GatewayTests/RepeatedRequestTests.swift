import NIOCore
import TestSupport
import Testing

/// When a request is sent upstream again, and what its client notices.
struct RepeatedRequestTests {
    private static let whole = #"{"model":"gpt-5","messages":[{"role":"user","content":"Hello"}]}"#
    private static let twoBases = [
        "OPENAI_BASE": "http://127.0.0.1:1/v1,http://127.0.0.1:2/v1", "OPENAI_API_KEY_2": "b",
    ]

    @Test func `a failed request is repeated after a pause, and the client notices nothing`() async throws {
        try await Stage.run { stage in
            let client = stage.send(Self.whole)
            try stage.upstreamSends(Scripted.error(503, "overloaded"))
            stage.advance(by: .milliseconds(124))
            #expect(stage.upstream.requests.count == 1)
            stage.advance(by: .milliseconds(126))
            #expect(stage.upstream.requests.count == 2)
            #expect(client.text == "")
            try stage.upstreamSends(Scripted.reply)
            #expect(client.text.hasPrefix("Status: 200 "))
            let keys = stage.upstream.requests.map { $0.header("idempotency-key") }
            #expect(keys[0] != nil && keys[0] == keys[1])
            #expect(stage.lines.first?.contains(#""retries":1"#) == true)
        }
    }

    @Test func `upstream is not asked again before the time that it names`() async throws {
        try await Stage.run { stage in
            let client = stage.send(Self.whole)
            try stage.upstreamSends(Scripted.error(429, "rate_limit_exceeded", headers: ["Retry-After: 20"]))
            stage.advance(by: .milliseconds(19_999))
            #expect(stage.upstream.requests.count == 1)
            stage.advance(by: .milliseconds(2_001))
            #expect(stage.upstream.requests.count == 2)
            try stage.upstreamSends(Scripted.reply)
            #expect(client.text.hasPrefix("Status: 200 "))
        }
    }

    @Test func `the client gets a long wait to decide about, at once`() async throws {
        try await Stage.run { stage in
            let client = stage.send(Self.whole)
            try stage.upstreamSends(Scripted.error(429, "rate_limit_exceeded", headers: ["Retry-After: 61"]))
            #expect(client.text.hasPrefix("Status: 429 "))
            #expect(client.text.lowercased().contains("retry-after: 61\r\n"))
            stage.advance(by: .seconds(100))
            #expect(stage.upstream.requests.count == 1)
        }
    }

    @Test func `after the last retry the client gets the error, and is asked not to retry`() async throws {
        try await Stage.run(["RETRIES": "2"]) { stage in
            let client = stage.send(Self.whole)
            for _ in 1...3 {
                #expect(!client.isAnswered)
                try stage.upstreamSends(Scripted.error(500, "server_error"))
                stage.advance(by: .seconds(8))
            }
            #expect(client.text.hasPrefix("Status: 500 "))
            #expect(client.text.contains("x-should-retry: false\r\n"))
            #expect(stage.upstream.requests.count == 3)
        }
    }

    @Test func `a pause ends in time for the upstream timeout, or is not begun`() async throws {
        try await Stage.run(["UPSTREAM_TIMEOUT": "15s"]) { stage in
            let client = stage.send(Self.whole)
            try stage.upstreamSends(Scripted.error(429, "rate_limit_exceeded", headers: ["Retry-After: 16"]))
            #expect(client.text.hasPrefix("Status: 429 "))
        }
    }

    @Test func `if all requests fail, few are repeated`() async throws {
        try await Stage.run { stage in
            var atOnce = 0
            for _ in 1...200 {
                let client = stage.send(Self.whole)
                try stage.upstreamSends(Scripted.error(500, "server_error"))
                if client.isAnswered { atOnce += 1 }
            }
            // The saved budget is a hundred retries, and each request adds a fifth of one.
            #expect((59...61).contains(atOnce))
        }
    }

    @Test(arguments: ["refusal", "hang", "cut", "500"])
    func `another base takes over at once from one that fails`(fault: String) async throws {
        try await Stage.run(Self.twoBases) { stage in
            if fault == "refusal" { stage.upstream.reachability[1] = .refuses }
            if fault == "hang" { stage.upstream.reachability[1] = .hangs }
            let client = stage.send(Self.whole)
            if fault == "hang" { stage.advance(by: .seconds(10)) }
            if fault == "cut" { try stage.upstreamCloses() }
            if fault == "500" { try stage.upstreamSends(Scripted.error(500, "server_error")) }
            #expect(try stage.connection.port == 2)
            try stage.upstreamSends(Scripted.reply)
            #expect(client.text.hasPrefix("Status: 200 "))
        }
    }

    @Test func `a base that cannot be reached is tried again after a while`() async throws {
        try await Stage.run(Self.twoBases) { stage in
            stage.upstream.reachability[1] = .refuses
            var clients: [Stage.Client] = []
            var ports: [Int] = []
            func ask() throws {
                clients.append(stage.send(Self.whole))
                ports.append(try stage.connection.port)
                try stage.upstreamSends(Scripted.reply)
                try stage.upstreamCloses()
            }
            try ask()
            stage.upstream.reachability[1] = .accepts
            try ask()
            stage.advance(by: .seconds(5))
            try ask()
            #expect(ports == [2, 2, 1])
            #expect(clients.allSatisfy { $0.text.hasPrefix("Status: 200 ") })
        }
    }

    @Test func `upstream that closes an idle connection just then is asked again on a new one`() async throws {
        try await Stage.run { stage in
            _ = stage.send(Self.whole)
            try stage.upstreamSends(Scripted.reply)
            let client = stage.send(Self.whole)
            #expect(stage.upstream.connections.count == 1)
            try stage.upstreamCloses()
            #expect(stage.upstream.connections.count == 2)
            try stage.upstreamSends(Scripted.reply)
            #expect(client.text.hasPrefix("Status: 200 "))
        }
    }

    @Test(arguments: ["/v1/chat/completions", "/v1/responses"])
    func `a stream that fails before any text is repeated, and the client sees the second one`(
        path: String
    ) async throws {
        try await Stage.run { stage in
            let client = stage.send(path: path)
            try stage.upstreamSends(Scripted.streamHead + Scripted.prelude + Scripted.failed("server_error"))
            #expect(client.text == "")
            #expect(stage.upstream.openConnections.isEmpty)
            stage.advance(by: .milliseconds(250))
            try stage.upstreamSends(Scripted.streamHead + Scripted.prelude + Scripted.delta("Second"))
            try stage.upstreamSends(Scripted.completed + Scripted.end)
            #expect(client.text.contains("Second"))
            #expect(!client.text.contains("Try again."))
            #expect(client.isAnswered)
        }
    }

    @Test func `a stream that fails after its head is not repeated`() async throws {
        try await Stage.run { stage in
            let client = stage.send()
            stage.advance(by: .seconds(10))
            try stage.upstreamSends(Scripted.streamHead + Scripted.prelude + Scripted.failed("server_error"))
            stage.advance(by: .seconds(10))
            #expect(client.isAnswered)
            #expect(client.text.contains("Try again."))
            #expect(stage.upstream.requests.count == 1)
        }
    }

    @Test func `the head delay does not wait for a pause between retries`() async throws {
        try await Stage.run { stage in
            let client = stage.send()
            try stage.upstreamSends(Scripted.error(429, "rate_limit_exceeded", headers: ["Retry-After: 30"]))
            stage.advance(by: .seconds(10))
            #expect(client.text.hasPrefix("Status: 200 "))
            stage.advance(by: .seconds(23))
            try stage.upstreamSends(Scripted.streamHead + Scripted.delta("Hello"))
            try stage.upstreamSends(Scripted.completed + Scripted.end)
            #expect(client.text.contains("Hello"))
            #expect(client.isAnswered)
        }
    }

    @Test func `a model that upstream lacks is tried again after an hour`() async throws {
        try await Stage.run { stage in
            func models() -> [String] {
                stage.upstream.requests.map { $0.body.contains(#""model":"gpt-5""#) ? "gpt-5" : "other" }
            }
            _ = stage.send(Self.whole)
            try stage.upstreamSends(Scripted.error(404, "model_not_found"))
            try stage.upstreamSends(Scripted.reply)
            #expect(models() == ["gpt-5", "other"])
            stage.advance(by: .minutes(59))
            _ = stage.send(Self.whole)
            try stage.upstreamSends(Scripted.reply)
            #expect(models() == ["gpt-5", "other", "other"])
            stage.advance(by: .minutes(1))
            _ = stage.send(Self.whole)
            try stage.upstreamSends(Scripted.reply)
            #expect(models() == ["gpt-5", "other", "other", "gpt-5"])
        }
    }
}
