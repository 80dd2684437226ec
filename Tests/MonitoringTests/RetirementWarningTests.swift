import Monitoring
import Models
import Testing
import Translation

struct RetirementWarningTests {
    private func warnings(
        on day: String, map: String = "", default defaultModel: String = "gpt-5", policy: RetiredModelPolicy = .replace,
        besides models: [String] = [], shutdowns: [String: Day] = [:]
    ) throws -> [String] {
        let settings = TranslationSettings(
            defaultModel: try #require(ModelSelection(parsing: defaultModel)), modelMap: try ModelMap(parsing: map),
            retiredModels: policy)
        return RetirementWarning.all(settings, on: try #require(Day(day)), besides: models, shutdowns: shutdowns)
            .map { "\($0.model) \($0.text)" }
    }

    @Test func `a shutdown is announced two months ahead, with the replacement`() throws {
        #expect(
            try warnings(on: "2026-11-30") == [
                "gpt-5 shuts down on 2026-12-11; gpt-6.1-sol replaces it from that date",
                "gpt-5-mini shuts down on 2026-12-11; gpt-6.1-terra replaces it from that date",
            ])
        #expect(try warnings(on: "2026-10-11").isEmpty)
        #expect(try warnings(on: "2026-10-12").count == 2)
    }

    @Test func `after the shutdown date there is no warning`() throws {
        #expect(try warnings(on: "2026-12-11").isEmpty)
    }

    @Test func `only models in the map or named by clients cause warnings`() throws {
        #expect(
            try warnings(on: "2026-12-10", map: "gpt-4o=gpt-6-sol,gpt-4o-mini=gpt-6-luna", default: "gpt-6-sol").isEmpty
        )
        #expect(
            try warnings(on: "2026-12-20", besides: ["gpt-4.1", "my-model"]) == [
                "gpt-4.1 shuts down on 2027-01-14; gpt-6-luna:none replaces it from that date"
            ])
    }

    @Test func `upstream's shutdown date takes precedence over the catalogue's`() throws {
        let day = try #require(Day("2027-02-01"))
        #expect(try warnings(on: "2026-11-30", shutdowns: ["gpt-5": day, "gpt-5-mini": day]).isEmpty)
        #expect(
            try warnings(on: "2026-12-20", map: "gpt-4o=my-model", default: "my-model", shutdowns: ["my-model": day])
                == [
                    "my-model shuts down on 2027-02-01 and is not replaced; upstream will reject it"
                ])
    }

    @Test func `warnings mention that retired models are forwarded`() throws {
        #expect(
            try warnings(on: "2026-12-12", policy: .forward) == [
                "gpt-5 was shut down on 2026-12-11 and is not replaced; upstream rejects it",
                "gpt-5-mini was shut down on 2026-12-11 and is not replaced; upstream rejects it",
            ])
    }
}
