import JSON
import Models
import Testing
import UpstreamSimulator

private let chat = "/v1/chat/completions"

/// A request and the model that the upstream request must name.
private struct Exchange: Sendable, CustomTestStringConvertible {
    let path: String
    let asked: String?
    let sent: String

    init(_ path: String, _ asked: String?, _ sent: String) {
        (self.path, self.asked, self.sent) = (path, asked, sent)
    }

    var testDescription: String { "\(asked ?? "no model") at \(path)" }
}

/// Models that are shut down, according to their date or to upstream's error.
@Suite(.timeLimit(.minutes(1)))
struct RetirementTests {
    private static func body(_ path: String, _ model: String?, _ words: String = "", streams: Bool = false) -> String {
        let model = model.map { "\"model\":\"\($0)\"," } ?? ""
        let text = "\(words) Hello"
        let content =
            path == "/v1/completions"
            ? #""prompt":"\#(text)""#
            : path.hasPrefix("/v1/responses")
                ? #""input":"\#(text)""# : #""messages":[{"role":"user","content":"\#(text)"}]"#
        return "{\(model)\(content)\(streams ? #","stream":true"# : "")}"
    }

    /// The models of all upstream requests so far, in order.
    private func models(_ bench: Bench) -> [String] {
        bench.simulator.requests.compactMap { (try? Document(parsing: $0.body))?.root["model"]?.string }
    }

    // MARK: By date

    @Test(
        arguments: [
            Exchange(chat, "gpt-4o", "gpt-6.1-sol"), Exchange(chat, "gpt-4o-mini", "gpt-6.1-terra"),
            Exchange(chat, "gpt-4-turbo", "gpt-5.6-sol"), Exchange(chat, "gpt-3.5-turbo", "gpt-5.6-terra"),
            Exchange(chat, nil, "gpt-6.1-sol"), Exchange("/proxy", "gpt-4o", "gpt-6.1-sol"),
            Exchange("/proxy", "o3-mini", "gpt-5.6-sol"),
            Exchange("/v1/completions", "gpt-3.5-turbo-instruct", "gpt-5.6-terra"),
            Exchange("/v1/completions", "text-davinci-003", "gpt-5.6-terra"),
            Exchange("/v1/responses", "gpt-4o", "gpt-6.1-sol"),
            Exchange("/v1/responses/compact", "gpt-5", "gpt-6.1-sol"),
            Exchange("/v1/responses/input_tokens", "gpt-4-turbo", "gpt-5.6-sol"),
        ], [false, true])
    private func `a retired model is replaced with one upstream request`(
        _ exchange: Exchange, streams: Bool
    ) async throws {
        let (path, asked, sent) = (exchange.path, exchange.asked, exchange.sent)
        guard !streams || !path.hasSuffix("s/compact") && !path.hasSuffix("tokens") else { return }
        try await Bench.run(on: "2026-12-12", upstream: "2026-12-12") { bench in
            let answer = await bench.send(Self.body(path, asked, streams: streams), path: path)
            #expect(answer.hasPrefix("Status: 200 OK\r\n"))
            #expect(answer.contains("x-gpt-proxy-model: \(sent)\r\n"))
            #expect(answer.contains("x-gpt-proxy-retired: "))
            #expect(models(bench) == [sent])
            let line = bench.log.joined
            #expect(line.contains(#""model_sent":"\#(sent)""#))
            #expect(line.contains(#""model_retired":""#))
        }
    }

    @Test func `replacement starts at midnight UTC`() async throws {
        try await Bench.run(on: "2026-12-10") { bench in
            _ = await bench.send(Self.body(chat, "gpt-4o"), path: chat)
            try bench.turnCalendar(to: "2026-12-11")
            let answer = await bench.send(Self.body(chat, "gpt-4o"), path: chat)
            #expect(models(bench) == ["gpt-5", "gpt-6.1-sol"])
            #expect(answer.contains("x-gpt-proxy-retired: gpt-5\r\n"))
            // The clock may be set back.
            try bench.turnCalendar(to: "2026-12-10")
            _ = await bench.send(Self.body(chat, "gpt-4o"), path: chat)
            #expect(models(bench).last == "gpt-5")
        }
    }

    @Test(arguments: [
        ("text-moderation-latest", "omni-moderation-latest"), ("omni-moderation-latest", "omni-moderation-latest"),
        ("gpt-4o", "gpt-4o"),
    ])
    func `on a pass-through route, only a model that is shut down is replaced`(
        model: String, sent: String
    ) async throws {
        try await Bench.run(on: "2026-12-12", upstream: "2026-12-12") { bench in
            let body = #"{ "input":"x","model" : "\#(model)"}"#
            let answer = await bench.send(
                body, path: "/v1/moderations", ["CONTENT_TYPE": "application/json; charset=utf-8"])
            #expect(answer.hasPrefix("Status: 200 "))
            #expect(answer.contains("x-gpt-proxy-model: omni-moderation-latest\r\n") == (model != sent))
            let expected = body.replacing(model, with: sent)
            #expect(bench.simulator.requests.map { String(decoding: $0.body, as: UTF8.self) } == [expected])
        }
    }

    @Test func `a retired model can be fetched by its own name`() async throws {
        try await Bench.run(on: "2026-12-12", upstream: "2026-12-12") { bench in
            let answer = await bench.send(method: "GET", path: "/v1/models/gpt-4-turbo")
            #expect(answer.hasPrefix("Status: 200 "))
            #expect(answer.contains(#""id":"gpt-4-turbo""#))
        }
    }

    @Test func `an operator can have retired models forwarded`() async throws {
        try await Bench.run(["RETIRED_MODELS": "forward"], on: "2026-12-12", upstream: "2026-12-12") { bench in
            let answer = await bench.send(Self.body(chat, "gpt-4-turbo"), path: chat)
            #expect(answer.hasPrefix("Status: 404 "))
            #expect(models(bench) == ["gpt-4-turbo"])
        }
    }

    // MARK: By upstream's error

    @Test(arguments: [chat, "/proxy", "/v1/completions", "/v1/responses"], [false, true])
    func `a model that upstream lacks before its date is replaced at once and for an hour`(
        path: String, streams: Bool
    ) async throws {
        try await Bench.run { bench in
            for _ in 1...2 {
                let answer = await bench.send(
                    Self.body(path, "gpt-4o", "[simulate missing=gpt-5]", streams: streams), path: path)
                #expect(answer.hasPrefix("Status: 200 OK\r\n"))
                #expect(answer.contains("x-gpt-proxy-retired: gpt-5\r\n"))
            }
            #expect(models(bench) == ["gpt-5", "gpt-6.1-sol", "gpt-6.1-sol"])
            let lines = bench.log.joined.split(separator: "\n")
            #expect(lines.allSatisfy { $0.contains(#""model_sent":"gpt-6.1-sol","model_retired":"gpt-5""#) })
            #expect(lines[0].contains(#""upstream_requests":2"#))
        }
    }

    @Test func `a replacement gets the parameters that it accepts, not those of the first model`() async throws {
        try await Bench.run { bench in
            let body = #"""
                {"model":"gpt-4.1","messages":[{"role":"user","content":"[simulate missing=gpt-4.1] Hello"}],\#
                "temperature":0.2,"reasoning_effort":"high","tools":[{"type":"function","function":{"name":"f"}}]}
                """#
            let answer = await bench.send(body, path: chat)
            #expect(answer.hasPrefix("Status: 200 "))
            let sent = try #require(bench.simulator.requests.last.flatMap { try? Document(parsing: $0.body).root })
            #expect(sent["model"]?.string == "gpt-6-luna")
            #expect(sent["reasoning"]?["effort"]?.string == "high")
            #expect(sent["temperature"] == nil)
            #expect(sent["include"]?.elements.contains { $0.isString("reasoning.encrypted_content") } == true)
            #expect(bench.simulator.requests.count == 2)
        }
    }

    @Test(arguments: ["my-model", "gpt-6.1-sol"])
    func `upstream's error is returned for a model without a replacement`(model: String) async throws {
        try await Bench.run { bench in
            let answer = await bench.send(
                Self.body(chat, model, "[simulate missing=\(model)]"), path: chat)
            #expect(answer.hasPrefix("Status: 404 "))
            #expect(answer.contains("model_not_found"))
            #expect(models(bench) == [model])
        }
    }

    @Test func `a retired model that upstream still serves is used if its replacement is missing`() async throws {
        try await Bench.run(on: "2026-12-12") { bench in
            for _ in 1...2 {
                let answer = await bench.send(
                    Self.body(chat, "gpt-4-turbo", "[simulate missing=gpt-5.6-sol]"), path: chat)
                #expect(answer.hasPrefix("Status: 200 "))
            }
            #expect(models(bench) == ["gpt-5.6-sol", "gpt-4-turbo", "gpt-4-turbo"])
        }
    }

    @Test func `a replacement that fails as well is not remembered`() async throws {
        try await Bench.run(on: "2026-12-12") { bench in
            let body = Self.body(chat, "gpt-4-turbo", "[simulate missing=gpt-5.6-sol,gpt-4-turbo]")
            #expect(await bench.send(body, path: chat).hasPrefix("Status: 404 "))
            #expect(await bench.send(Self.body(chat, "gpt-4-turbo"), path: chat).hasPrefix("Status: 200 "))
            #expect(models(bench) == ["gpt-5.6-sol", "gpt-4-turbo", "gpt-5.6-sol"])
        }
    }

    @Test func `replacement continues until upstream has the model`() async throws {
        // gpt-4-turbo-preview, gpt-5, gpt-6.1-sol.
        try await Bench.run(on: "2026-12-12") { bench in
            let body = Self.body(chat, "gpt-4-turbo-preview", "[simulate missing=gpt-6.1-sol]")
            for _ in 1...2 {
                let answer = await bench.send(body, path: chat)
                #expect(answer.hasPrefix("Status: 200 "))
            }
            #expect(models(bench) == ["gpt-6.1-sol", "gpt-5", "gpt-5"])
        }
        try await Bench.run { bench in
            let body = Self.body(chat, "gpt-4.5-preview", "[simulate missing=gpt-4.1]")
            let answer = await bench.send(body, path: chat)
            #expect(answer.hasPrefix("Status: 200 "))
            #expect(models(bench) == ["gpt-4.1", "gpt-6-luna"])
        }
    }

    @Test func `the client gets upstream's error about the model that it asked for`() async throws {
        try await Bench.run { bench in
            let answer = await bench.send(
                Self.body(chat, "gpt-4o", "[simulate missing=gpt-5,gpt-6.1-sol]"), path: chat)
            #expect(answer.hasPrefix("Status: 404 "))
            #expect(answer.contains("`gpt-5`"))
            #expect(models(bench) == ["gpt-5", "gpt-6.1-sol"])
        }
    }

    @Test func `a name matched only by a pattern may be misspelt and is not replaced`() async throws {
        try await Bench.run { bench in
            let model = "ft:gpt-4o-mini-2024-07-18:org::abc"
            let answer = await bench.send(Self.body(chat, model, "[simulate missing=\(model)]"), path: chat)
            #expect(answer.hasPrefix("Status: 404 "))
            #expect(models(bench) == [model])
        }
    }

    @Test func `with UNSUPPORTED_PARAMS=reject, the error names the rejected parameter`() async throws {
        try await Bench.run(["UNSUPPORTED_PARAMS": "reject"]) { bench in
            let body = #"{"model":"gpt-5.1","input":"[simulate missing=gpt-5.1] x","temperature":0.2}"#
            let answer = await bench.send(body, path: "/v1/responses")
            // gpt-6-sol reasons where gpt-5.1 does not.
            #expect(answer.hasPrefix("Status: 400 "))
            #expect(answer.contains("'temperature'"))
        }
    }

    @Test func `the model is replaced for each of several choices`() async throws {
        try await Bench.run { bench in
            let body = #"""
                {"model":"gpt-4o","n":2,"messages":[{"role":"user","content":"[simulate missing=gpt-5] Hello"}]}
                """#
            let answer = await bench.send(body, path: chat)
            #expect(answer.contains(#""index":1"#))
            #expect(models(bench).sorted() == ["gpt-5", "gpt-5", "gpt-6.1-sol", "gpt-6.1-sol"])
        }
    }
}
