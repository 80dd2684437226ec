import Models
import Testing

struct ModelChoiceTests {
    private func choice(
        _ asked: String?, on day: String, map: ModelMap = .standard, default defaultModel: String = "gpt-5",
        catalogue: Catalogue = .standard, refused: Set<String> = [], served: Set<String> = []
    ) throws -> ModelChoice {
        ModelChoice(
            asked: asked, defaultModel: try #require(ModelSelection(parsing: defaultModel)), map: map,
            catalogue: catalogue,
            availability: ModelAvailability(on: try #require(Day(day)), refused: refused, served: served))
    }

    @Test(
        arguments: [
            ("2026-12-10", "gpt-5", nil), ("2026-12-11", "gpt-6.1-sol", "gpt-5"),
            ("2026-12-12", "gpt-6.1-sol", "gpt-5"),
        ] as [(String, String, String?)])
    func `a mapped model is replaced from its shutdown date on`(day: String, sent: String, retired: String?) throws {
        let choice = try choice("gpt-4o", on: day)
        #expect(choice.sent.name == sent)
        #expect(choice.retired == retired)
        #expect(choice.mapped == "gpt-5")
    }

    @Test(
        arguments: [
            ("gpt-4-turbo", "gpt-5.6-sol", nil), ("gpt-3.5-turbo", "gpt-5.6-terra", nil),
            ("gpt-3.5-turbo-instruct", "gpt-5.6-terra", nil), ("gpt-4o-2024-05-13", "gpt-5.6-sol", nil),
            ("o3-mini", "gpt-5.6-sol", nil), ("gpt-4-0314", "gpt-6.1-sol", nil), ("gpt-4.5-preview", "gpt-4.1", nil),
            ("text-davinci-003", "gpt-5.6-terra", nil), ("codex-mini-latest", "gpt-5.6-terra", nil),
            ("ft:gpt-3.5-turbo:acme::7p4l", "gpt-5.6-terra", nil), ("gpt-6-luna", "gpt-6-luna", nil),
            ("my-model", "my-model", nil), ("gpt-5.4-cyber", "gpt-5.4-cyber", nil), (nil, "gpt-6.1-sol", nil),
        ] as [(String?, String, Effort?)])
    func `an unmapped model is replaced repeatedly until an available one is found`(
        asked: String?, sent: String, effort: Effort?
    ) throws {
        let choice = try choice(asked, on: "2026-12-12")
        #expect(choice.sent.name == sent)
        #expect(choice.effort == effort)
    }

    @Test func `a replacement's effort is used`() throws {
        let choice = try choice("gpt-4.1", on: "2027-01-14")
        #expect(choice.sent.name == "gpt-6-luna")
        #expect(choice.effort == Effort.none)
        #expect(try self.choice("gpt-4.5-preview", on: "2027-01-14").effort == Effort.none)
    }

    @Test func `the map's effort precedes the replacement's, and the default model's comes last`() throws {
        let map = try ModelMap(parsing: "a=gpt-4.1:high,b=gpt-4.1")
        #expect(try choice("a", on: "2027-01-14", map: map).effort == .high)
        #expect(try choice("b", on: "2027-01-14", map: map).effort == Effort.none)
        #expect(try choice(nil, on: "2027-01-14", map: map, default: "b:low").effort == .low)
        #expect(try choice(nil, on: "2027-01-14", map: map, default: "a:low").effort == .high)
        #expect(try choice("b", on: "2026-12-01", map: map, default: "b:low").effort == nil)
    }

    @Test func `nothing is replaced if retired models are forwarded`() {
        let choice = ModelChoice(
            asked: "gpt-4-turbo", defaultModel: ModelSelection("gpt-5"), map: .standard, catalogue: .standard,
            availability: nil)
        #expect(choice.sent.name == "gpt-4-turbo")
        #expect(choice.retired == nil)
    }

    @Test func `upstream's availability takes precedence over the shutdown date`() throws {
        #expect(try choice("gpt-4o", on: "2026-12-01", refused: ["gpt-5"]).sent.name == "gpt-6.1-sol")
        #expect(try choice("my-model", on: "2026-12-01", refused: ["my-model"]).sent.name == "my-model")
        #expect(try choice("gpt-4-turbo", on: "2026-12-01", served: ["gpt-4-turbo"]).sent.name == "gpt-4-turbo")
    }

    @Test func `replacement ends, whatever upstream rejects`() throws {
        let catalogue = try Catalogue(addingRowsOf: "model,replacement\nx*,x1\n")
        #expect(
            try choice("x2", on: "2026-12-01", catalogue: catalogue, refused: ["x1", "x2"]).sent.name == "x1")
    }

    @Test func `a choice lists every name of its model`() throws {
        #expect(try choice("gpt-4o", on: "2026-12-12").names == ["gpt-4o", "gpt-5", "gpt-6.1-sol"])
        #expect(try choice(nil, on: "2026-12-12").names == ["gpt-5", "gpt-6.1-sol"])
    }
}
