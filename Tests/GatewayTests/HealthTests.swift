import NIOCore
import TestSupport
import Testing

/// Health checks that include upstream, and the check of a web server.
struct HealthTests {
    private func check(_ stage: Stage) -> Stage.Client {
        stage.send("", method: "GET", path: "/healthz", ["QUERY_STRING": "upstream=1"])
    }

    private static let models = Scripted.whole(#"{"object":"list","data":[]}"#)

    @Test func `many checks cost upstream one request in five seconds`() async throws {
        try await Stage.run { stage in
            let checks = (1...3).map { _ in check(stage) }
            #expect(stage.upstream.requests.count == 1)
            try stage.upstreamSends(Self.models)
            #expect(checks.allSatisfy { $0.text.hasPrefix("Status: 200 ") })
            stage.advance(by: .milliseconds(4999))
            #expect(check(stage).text.hasPrefix("Status: 200 "))
            #expect(stage.upstream.requests.count == 1)
            stage.advance(by: .milliseconds(1))
            let next = check(stage)
            #expect(!next.isAnswered)
            #expect(stage.upstream.requests.count == 2)
        }
    }

    @Test func `a check whose client leaves says nothing about upstream, and the next one asks again`() async throws {
        try await Stage.run { stage in
            let first = check(stage)
            let second = check(stage)
            stage.leave(first)
            #expect(!second.isAnswered)
            #expect(stage.upstream.requests.count == 2)
            try stage.upstreamSends(Self.models)
            #expect(second.text.hasPrefix("Status: 200 "))
        }
    }

    @Test func `an upstream that fails is reported for five seconds, too`() async throws {
        try await Stage.run(["RETRIES": "0"]) { stage in
            stage.upstream.reachability[1] = .refuses
            #expect(check(stage).text.hasPrefix("Status: 502 "))
            stage.upstream.reachability[1] = .accepts
            #expect(check(stage).text.hasPrefix("Status: 502 "))
            stage.advance(by: .seconds(5))
            let next = check(stage)
            try stage.upstreamSends(Self.models)
            #expect(next.text.hasPrefix("Status: 200 "))
        }
    }

    // MARK: The check of a web server

    @Test func `the stream for the check of a web server has a tick every 200 ms`() async throws {
        try await Stage.run { stage in
            let client = stage.send(["x-gpt-proxy-check": "stream"])
            for number in 1...5 {
                #expect(client.text.ranges(of: "event: tick\n").count == number)
                #expect(client.isAnswered == (number == 5))
                stage.advance(by: .milliseconds(200))
            }
            #expect(client.text.ranges(of: "event: tick\n").count == 5)
            #expect(stage.upstream.requests.isEmpty)
        }
    }

    @Test func `the stream for the check of a web server ends when its client leaves`() async throws {
        try await Stage.run { stage in
            let client = stage.send(["x-gpt-proxy-check": "stream"])
            stage.leave(client)
            #expect(client.isAnswered)
        }
    }
}

extension Stage {
    fileprivate func send(_ headers: [String: String]) -> Client {
        let variables = headers.map { ("HTTP_" + $0.uppercased().replacing("-", with: "_"), $1) }
        return send("{}", Dictionary(uniqueKeysWithValues: variables))
    }
}
