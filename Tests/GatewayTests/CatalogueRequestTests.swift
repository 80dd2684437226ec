import JSON
import Models
import Testing
import UpstreamSimulator

/// For every model in the catalogue, upstream accepts the translated request at the first attempt.
@Suite(.timeLimit(.minutes(5)))
struct CatalogueRequestTests {
    /// A date before any of the models was shut down.
    private static let day = "2020-01-01"

    /// The models served by Chat Completions or the Responses API.
    private static let models = Catalogue.standard.names.map { Catalogue.standard.model(named: $0) }.filter {
        $0.isServedByResponses || $0.chat != .no
    }

    private static let sampling = #","temperature":0.2,"top_p":0.9,"logprobs":true,"top_logprobs":2"#

    private func body(_ model: String, _ effort: Effort?, _ fields: String) -> String {
        let effort = effort.map { #","reasoning_effort":"\#($0.rawValue)""# } ?? ""
        return #"{"model":"\#(model)","messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"},"#
            + #"{"role":"user","content":"z"}]\#(effort)\#(fields)}"#
    }

    @Test(arguments: ["responses", "chat"], ["", sampling])
    func `every model accepts its translated request at every effort`(target: String, fields: String) async throws {
        // Map the default model map's two names to themselves, because they are models to test as well.
        let settings = ["TARGET_API": target, "MODEL_MAP": "gpt-4o=gpt-4o,gpt-4o-mini=gpt-4o-mini"]
        try await Bench.run(settings, on: Self.day) { bench in
            for model in Self.models {
                for effort in [nil] + Effort.allCases.map(Optional.some) {
                    let before = bench.simulator.requests.last?.number ?? 0
                    let answer = await bench.send(body(model.name, effort, fields), path: "/v1/chat/completions")
                    let subject = "\(model.name) at \(effort?.rawValue ?? "no effort"): \(answer.suffix(300))"
                    #expect(answer.hasPrefix("Status: 200 "), "\(subject)")
                    let request = try #require(bench.simulator.requests.last)
                    #expect(request.number == before + 1, "\(subject)")
                    let sent = try Document(parsing: request.body).root
                    #expect(sent["model"]?.string == model.name)
                    check(sent, model, asked: effort, hasSampling: !fields.isEmpty)
                }
            }
        }
    }

    /// Checks that the request has the effort and the sampling parameters exactly when the model accepts them.
    private func check(_ sent: Value, _ model: Model, asked: Effort?, hasSampling: Bool) {
        let word = (sent["reasoning"]?["effort"] ?? sent["reasoning_effort"])?.string
        let effort = word.flatMap { Effort(rawValue: $0) }
        if case .only(let taken) = model.efforts, let asked, taken.contains(asked), asked < .max {
            #expect(effort == asked, "\(model.name)")
        }
        if asked == nil { #expect(word == nil, "\(model.name)") }
        let takesSampling = hasSampling && model.takesSampling(at: effort)
        for field in ["temperature", "top_p", "top_logprobs"] {
            #expect((sent.members.contains { $0.name == field }) == takesSampling, "\(model.name) \(field)")
        }
    }

    @Test func `every retired model is replaced by an available one, in one request`() async throws {
        try await Bench.run(on: "2027-06-01", upstream: "2027-06-01") { bench in
            let replaced = Self.models.filter { $0.replacement != nil }
            #expect(replaced.count > 5)
            for model in replaced {
                let before = bench.simulator.requests.last?.number ?? 0
                let answer = await bench.send(body(model.name, nil, ""), path: "/v1/chat/completions")
                #expect(answer.hasPrefix("Status: 200 "), "\(model.name): \(answer.suffix(300))")
                #expect(bench.simulator.requests.last?.number == before + 1, "\(model.name)")
            }
        }
    }
}
