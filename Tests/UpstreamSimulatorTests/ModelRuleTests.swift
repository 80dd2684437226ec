import Models
import Testing
import UpstreamSimulator

@Suite(.timeLimit(.minutes(1)))
struct ModelRuleTests {
    @Test(arguments: [
        ("gpt-5", "minimal low medium high", "'minimal', 'low', 'medium', and 'high'"),
        ("gpt-5-pro", "high", "'high'"),
        ("gpt-5.1", "none low medium high", "'none', 'low', 'medium', and 'high'"),
        ("gpt-5.4", "none low medium high xhigh", "'none', 'low', 'medium', 'high', and 'xhigh'"),
        ("gpt-6-astra", "low medium high xhigh max", "'low', 'medium', 'high', 'xhigh', and 'max'"),
        ("gpt-6.1-sol", "low medium high xhigh max", "'low', 'medium', 'high', 'xhigh', and 'max'"),
        ("gpt-7-nova", "low medium high xhigh max", "'low', 'medium', 'high', 'xhigh', and 'max'"),
    ])
    func `the Responses API accepts a model's efforts and lists them when it rejects another`(
        model: String, taken: String, listed: String
    ) async throws {
        try await withSimulator { port, _ in
            for effort in Effort.allCases.map(\.rawValue) {
                let options = #","reasoning":{"effort":"\#(effort)"}"#
                let reply = try await Client.send(.response(of: model, options: options), to: port)
                guard !taken.split(separator: " ").contains(Substring(effort)) else {
                    #expect(reply.status == 200, "\(effort)")
                    continue
                }
                #expect(
                    try reply.refusal()
                        == Refusal(
                            message: "Unsupported value: '\(effort)' is not supported with the '\(model)' model. "
                                + "Supported values are: \(listed).",
                            param: "reasoning.effort", code: "unsupported_value"))
            }
        }
    }

    @Test(arguments: [
        ("gpt-5", "minimal low medium high", "'minimal', 'low', 'medium', and 'high'"),
        ("gpt-5.6-terra", "none low medium high xhigh", "'none', 'low', 'medium', 'high', and 'xhigh'"),
        ("gpt-6.1-sol", "low medium high xhigh", "'low', 'medium', 'high', and 'xhigh'"),
    ])
    func `Chat Completions accepts a model's efforts except max and lists them in its errors`(
        model: String, taken: String, listed: String
    ) async throws {
        try await withSimulator { port, _ in
            for effort in Effort.allCases.map(\.rawValue) {
                let options = #","reasoning_effort":"\#(effort)""#
                let reply = try await Client.send(.chat(of: model, options: options), to: port)
                guard !taken.split(separator: " ").contains(Substring(effort)) else {
                    #expect(reply.status == 200, "\(effort)")
                    continue
                }
                #expect(
                    try reply.refusal()
                        == Refusal(
                            message: "Unsupported value: 'reasoning_effort' does not support '\(effort)' with this "
                                + "model. Supported values are: \(listed).",
                            param: "reasoning_effort", code: "unsupported_value"))
            }
        }
    }

    @Test(arguments: ["none", "low"])
    func `a model that does not reason accepts no effort`(effort: String) async throws {
        try await withSimulator { port, _ in
            for (name, request) in [
                (
                    "reasoning.effort",
                    Request.response(of: "gpt-4.1", options: #","reasoning":{"effort":"\#(effort)"}"#)
                ),
                ("reasoning_effort", .chat(of: "gpt-4.1", options: #","reasoning_effort":"\#(effort)""#)),
            ] {
                let refusal = try await Client.send(request, to: port).refusal()
                #expect(
                    refusal
                        == Refusal(
                            message: "Unsupported parameter: '\(name)' is not supported with this model.", param: name,
                            code: "unsupported_parameter"))
            }
        }
    }

    @Test func `a third-party model accepts every effort but no unknown word`() async throws {
        try await withSimulator { port, _ in
            for effort in Effort.allCases.map(\.rawValue) {
                let response = Request.response(of: "llama3:8b", options: #","reasoning":{"effort":"\#(effort)"}"#)
                #expect(try await Client.send(response, to: port).status == 200)
                let chat = Request.chat(of: "llama3:8b", options: #","reasoning_effort":"\#(effort)""#)
                #expect(try await Client.send(chat, to: port).status == 200)
            }
            let bogus = Request.chat(of: "llama3:8b", options: #","reasoning_effort":"bogus""#)
            let refusal = try await Client.send(bogus, to: port).refusal()
            #expect(refusal?.code == "invalid_value")
        }
    }

    @Test(arguments: [
        ("gpt-4.1", nil, true), ("gpt-5", nil, false), ("gpt-5.4", nil, true), ("gpt-5.4", "low", false),
        ("gpt-5.6-sol", nil, false), ("gpt-5.6-sol", "none", true), ("gpt-6-luna", "none", true),
        ("gpt-6.1-sol", "low", false), ("llama3:8b", nil, true),
    ])
    func `temperature is accepted according to the catalogue`(
        model: String, effort: String?, isTaken: Bool
    ) async throws {
        try await withSimulator { port, _ in
            let nested = effort.map { #","reasoning":{"effort":"\#($0)"}"# } ?? ""
            let response = Request.response(of: model, options: #","temperature":0.5\#(nested)"#)
            let status = try await Client.send(response, to: port).status
            #expect(status == (isTaken ? 200 : 400))
            let flat = effort.map { #","reasoning_effort":"\#($0)""# } ?? ""
            let chat = Request.chat(of: model, options: #","temperature":0.5\#(flat)"#)
            #expect(try await Client.send(chat, to: port).status == (isTaken ? 200 : 400))
        }
    }

    @Test func `a search model accepts no temperature although it does not reason`() async throws {
        try await withSimulator { port, _ in
            let request = Request.chat(of: "gpt-4o-search-preview", options: #","temperature":0.5"#)
            let refusal = try await Client.send(request, to: port).refusal()
            #expect(refusal?.param == "temperature")
        }
    }

    @Test(arguments: [("gpt-4.1", 400), ("llama3:8b", 400), ("gpt-5.1", 200), ("gpt-6.1-sol", 200), ("o3", 200)])
    func `only reasoning models accept encrypted reasoning`(model: String, status: Int) async throws {
        try await withSimulator { port, _ in
            let asked = try await Client.send(
                .response(of: model, options: #","include":["reasoning.encrypted_content"]"#), to: port)
            #expect(asked.status == status)
            let giving = Request.post(
                "/v1/responses",
                #"""
                {"model":"\#(model)","input":[{"role":"user","content":"x"},
                {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"sealed-1"}]}
                """#)
            #expect(try await Client.send(giving, to: port).status == status)
        }
    }
}
