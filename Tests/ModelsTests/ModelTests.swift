import Models
import Testing

struct ModelTests {
    @Test(
        arguments: [
            (Effort.none, "gpt-5", Effort.minimal), (.none, "gpt-6.1-sol", .low), (.minimal, "gpt-5.4", .low),
            (.max, "gpt-5.4", .xhigh), (.low, "gpt-5.4-pro", .medium), (.none, "gpt-5-pro", .high),
            (.xhigh, "gpt-5.3-chat-latest", .medium), (.xhigh, "gpt-5.1", .high), (.none, "gpt-6-luna", Effort.none),
            (.xhigh, "some-model", .xhigh), (.low, "gpt-4o", nil), (.low, "o1-mini", nil),
        ] as [(Effort, String, Effort?)])
    func `an effort becomes the smallest accepted one not below it, else the largest`(
        asked: Effort, model: String, sent: Effort?
    ) {
        #expect(Catalogue.standard.model(named: model).effort(for: asked) == sent)
    }

    @Test(arguments: Effort.allCases, Effort.allCases)
    func `the order of accepted efforts does not matter`(asked: Effort, missing: Effort) {
        let taken = Effort.allCases.filter { $0 != missing }
        #expect(asked.nearest(in: taken) == asked.nearest(in: taken.reversed()))
        #expect(asked == missing || asked.nearest(in: taken) == asked)
    }

    @Test(
        arguments: [
            ("gpt-4o", nil, true), ("gpt-5", nil, false), ("gpt-5", Effort.low, false), ("gpt-5.1", nil, true),
            ("gpt-5.1", .low, false), ("gpt-6-luna", nil, false), ("gpt-6-luna", Effort.none, true),
            ("gpt-6.1-sol", .low, false), ("gpt-4o-search-preview", nil, false), ("some-model", .high, true),
        ] as [(String, Effort?, Bool)])
    func `sampling depends on model and effort`(model: String, effort: Effort?, takes: Bool) {
        #expect(Catalogue.standard.model(named: model).takesSampling(at: effort) == takes)
    }

    @Test(
        arguments: [
            ("gpt-5", nil, true), ("gpt-5.4", nil, false), ("gpt-5.4", Effort.high, true), ("gpt-5.5", nil, true),
            ("gpt-5.5", Effort.none, false), ("gpt-4o-search-preview", nil, false), ("gpt-6-astra", nil, true),
        ] as [(String, Effort?, Bool)])
    func `reasoning depends on model and effort`(model: String, effort: Effort?, thinks: Bool) {
        #expect(Catalogue.standard.model(named: model).reasons(at: effort) == thinks)
    }

    @Test(
        arguments: [
            ("gpt-6-luna", nil, false), ("gpt-6-luna", Effort.none, true), ("gpt-5.4", nil, true),
            ("gpt-6.1-terra", Effort.none, false), ("gpt-5-pro", nil, false), ("gpt-4o", nil, true),
            ("llama", .high, true),
        ] as [(String, Effort?, Bool)])
    func `Chat Completions accepts function tools only for some models`(model: String, effort: Effort?, takes: Bool) {
        #expect(Catalogue.standard.model(named: model).takesToolsInChat(at: effort) == takes)
    }

    // MARK: Prices

    @Test func `long-context rates apply to the whole request above the threshold`() throws {
        let price = try #require(Catalogue.standard.model(named: "gpt-6.1-sol").price)
        #expect(price.rates(forInput: 272_000).input == 2)
        let long = price.rates(forInput: 272_001)
        #expect([long.input, long.cachedInput, long.cacheWrite, long.output] == [4, 0.2, 5, 15])
    }

    @Test func `cached input costs as much as other input if it has no price`() throws {
        let price = try #require(Catalogue.standard.model(named: "gpt-4").price)
        let rates = price.rates(forInput: 1)
        #expect([rates.input, rates.cachedInput, rates.cacheWrite, rates.output] == [30, 30, 30, 60])
    }

    @Test(
        arguments: [
            (nil, 1), ("default", 1), ("flex", 0.5), ("fast", 2), ("priority", 2), ("x", 1),
        ] as [(String?, Double)])
    func `a tier has a factor`(tier: String?, factor: Double) {
        #expect(Price.factor(ofTier: tier) == factor)
    }
}
