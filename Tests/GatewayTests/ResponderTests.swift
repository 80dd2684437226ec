import Foundation
import Testing
import UpstreamSimulator

@Suite(.timeLimit(.minutes(1)))
struct ResponderTests {
    private let hi = #"{"model":"gpt-4o","messages":[{"role":"user","content":"secret words"}]}"#

    @Test func `a request is mapped, answered and logged`() async throws {
        try await Bench.run { bench in
            let answer = await bench.send(hi)
            #expect(answer.hasPrefix("Status: 200 OK\r\n"))
            #expect(answer.contains(#""model":"gpt-5""#))
            #expect(bench.simulator.requests.count == 1)
            let line = bench.log.joined
            for expected in [
                #""model":"gpt-4o""#, #""model_sent":"gpt-5""#, #""status":200"#, #""caller":"default""#,
                "input_tokens",
            ] {
                #expect(line.contains(expected))
            }
            for secret in ["canary", "secret words"] { #expect(!line.contains(secret)) }
        }
    }

    @Test func `a stream is passed through unchanged`() async throws {
        try await Bench.run { bench in
            let answer = await bench.send(#"{"prompt":"[simulate text=abc] x","stream":true}"#)
            #expect(answer.contains("Content-Type: text/event-stream"))
            #expect(answer.contains("event: response.created\n"))
            #expect(answer.hasSuffix("\n\n"))
            #expect(!answer.contains("event: error"))
            #expect(bench.log.joined.contains("output_tokens"))
        }
    }

    @Test(arguments: [3, 4, 5])
    func `a stream cut by upstream ends with one error event after complete events`(count: Int) async throws {
        try await Bench.run { bench in
            let answer = await bench.send(#"{"prompt":"[simulate cut=\#(count)] x","stream":true}"#)
            let events = answer.components(separatedBy: "\r\n\r\n")[1].components(separatedBy: "\n\n").dropLast()
            #expect(events.count == count + 1)
            #expect(events.last?.hasPrefix("event: error\ndata: {") == true)
            #expect(bench.log.joined.contains("upstream_cut"))
        }
    }

    @Test func `a stream without its terminal event ends with an error event`() async throws {
        try await Bench.run { bench in
            let answer = await bench.send(#"{"prompt":"[simulate no-terminal] x","stream":true}"#)
            #expect(answer.contains("event: error\ndata: {"))
            #expect(bench.log.joined.contains("upstream_unfinished"))
        }
    }

    @Test(arguments: [nil, "wrong", "caller-canary-3f9a2", "caller-canary-3f9", "CALLER-CANARY-3F9A"])
    func `a caller without the key is refused without an upstream request`(key: String?) async throws {
        try await Bench.run { bench in
            let answer = await bench.send(hi, key: key)
            #expect(answer.hasPrefix("Status: 401 "))
            #expect(answer.hasSuffix(#"{"detail":"Invalid proxy API key"}"#))
            #expect(bench.simulator.requests.isEmpty)
        }
    }

    @Test(arguments: [
        (["HTTP_AUTHORIZATION": "Bearer caller-canary-3f9a"], nil, true),
        (["HTTP_AUTHORIZATION": "bearer caller-canary-3f9a"], nil, true),
        (["HTTP_AUTHORIZATION": "Bearer caller-canary-3f9a"], "caller-canary-3f9a", true),
        (["HTTP_AUTHORIZATION": "Bearer caller-canary-3f9a"], "other", false),
        (["HTTP_AUTHORIZATION": "Bearer other"], "caller-canary-3f9a", false),
        (["HTTP_AUTHORIZATION": "Basic caller-canary-3f9a"], "caller-canary-3f9a", false),
        (["HTTP_AUTHORIZATION": "Bearer caller-canary-3f9a, Bearer caller-canary-3f9a"], nil, false),
        (["HTTP_X_API_KEY": "caller-canary-3f9a, caller-canary-3f9a"], nil, false),
    ])
    func `all headers that identify a caller must agree`(
        headers: [String: String], key: String?, isGood: Bool
    ) async throws {
        try await Bench.run { bench in
            let answer = await bench.send(hi, key: key, headers)
            #expect(answer.hasPrefix(isGood ? "Status: 200 " : "Status: 401 "))
        }
    }

    @Test func `a web server location can override settings`() async throws {
        try await Bench.run { bench in
            _ = await bench.send(hi, ["GPT_PROXY_TARGET_API": "chat", "GPT_PROXY_MODEL_MAP": "gpt-4o=gpt-4.1"])
            let request = try #require(bench.simulator.requests.first)
            #expect(request.path == "/v1/chat/completions")
            let wrong = await bench.send(hi, ["GPT_PROXY_TARGET_API": "fax"])
            #expect(wrong.hasPrefix("Status: 500 "))
            _ = await bench.send(hi, ["HTTP_GPT_PROXY_TARGET_API": "chat", "GPT_PROXY_OPENAI_BASE": "http://evil"])
            #expect(bench.simulator.requests.last?.path == "/v1/responses")
        }
    }

    @Test(arguments: [
        ("POST", "/other", "404"), ("GET", "/proxy", "405"), ("DELETE", "/healthz", "405"), ("GET", "/healthz", "200"),
        ("HEAD", "/healthz", "200"), ("GET", "/below/a/prefix/healthz", "200"),
    ])
    func `each route has a status for each method`(method: String, path: String, status: String) async throws {
        try await Bench.run { bench in
            let answer = await bench.send(method: method, path: path, key: nil)
            #expect(answer.hasPrefix("Status: \(status) "))
            #expect(answer.contains("\r\nAllow: ") == (status == "405"))
            #expect(answer.hasSuffix("\r\n\r\n") == (method == "HEAD"))
        }
    }

    @Test(arguments: [
        (#"{"model":"#, "400", "at byte 9"), ("nonsense", "400", "at byte 1"), ("[1]", "400", "JSON object"),
        ("{}", "400", "messages"),
    ])
    func `the response to an invalid body names the reason`(body: String, status: String, reason: String) async throws {
        try await Bench.run { bench in
            let answer = await bench.send(body)
            #expect(answer.hasPrefix("Status: \(status) "))
            #expect(answer.contains(reason))
        }
    }
}
