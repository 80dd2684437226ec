import Models
@testable import Report
import Testing

struct CostTests {
    /// The cost of one request to a model of ``Catalogue/inTests``, in millionths of a USD.
    private func cost(
        of model: String, input: Int = 1000, cached: Int = 0, output: Int = 0, more: String = ""
    ) -> Double {
        let line = jsonLine(model: model, input: input, cached: cached, output: output, more: more)
        return (summary([line]).total.cost.known * 1_000_000).rounded()
    }

    /// The sum of token counts multiplied by their prices.
    private func sum(_ parts: (tokens: Double, price: Double)...) -> Double {
        parts.reduce(0) { $0 + $1.tokens * $1.price }
    }

    private func near(_ one: Double, _ other: Double) -> Bool { abs(one - other) < 1e-6 }

    private func price(of model: String) throws -> Price { try #require(Catalogue.inTests.model(named: model).price) }

    @Test func `cached input has its own price, and reasoning counts as output`() throws {
        let tokens = Tokens(input: 1_000_000, cached: 400_000, output: 100_000, reasoning: 90_000)
        #expect(near(try price(of: "large").cost(of: tokens), sum((0.6, 1.25), (0.4, 0.125), (0.1, 10))))
    }

    @Test func `cache writes have their own price`() {
        #expect(cost(of: "long", more: #","cache_write_tokens":400"#) == sum((600, 2), (400, 2.5)))
        let both = cost(of: "long", cached: 500, more: #","cache_write_tokens":400"#)
        #expect(both == sum((100, 2), (500, 0.2), (400, 2.5)))
    }

    @Test func `cache writes cost as much as other input if they have no price`() {
        #expect(cost(of: "large", more: #","cache_write_tokens":400"#) == 1250)
    }

    @Test func `above the threshold, long-context prices apply to the whole request`() {
        #expect(cost(of: "long", input: 1000, cached: 500, output: 100) == sum((500, 2), (500, 0.2), (100, 10)))
        #expect(cost(of: "long", input: 1005, cached: 500, output: 100) == sum((505, 4), (500, 0.4), (100, 15)))
        #expect(cost(of: "long", input: 1005, more: #","cache_write_tokens":400"#) == sum((605, 4), (400, 5)))
    }

    @Test func `the long-context threshold applies to each request, not to the sum`() {
        let line = jsonLine(model: "long", input: 1000, cached: 0, output: 0)
        #expect(near(summary([line, line]).total.cost.known, 0.004))
    }

    @Test(arguments: [
        ("flex", 0.5), ("batch", 0.5), ("priority", 2), ("fast", 2), ("default", 1), ("auto", 1), ("new", 1), ("", 1),
    ])
    func `a service tier multiplies the cost`(tier: String, factor: Double) {
        #expect(cost(of: "long", output: 100, more: #","service_tier":"\#(tier)""#) == 3000 * factor)
    }

    @Test func `requests of several tiers are priced by their own tier`() {
        let tiers = ["flex", "priority", "default", "flex"].map { #","service_tier":"\#($0)""# } + [""]
        let lines = tiers.map { jsonLine(model: "long", input: 1000, cached: 0, output: 0, more: $0) }
        #expect(near(summary(lines).total.cost.known, 0.010))
    }

    @Test func `both formats cost the same`() {
        let text = """
            2026-11-24T10:00:00.123Z 200 POST /proxy caller=ann sent=long tokens=1000(200 cached)+100(40 reasoning) \
            cache_write=400 tier=flex first_byte=300ms took=2000ms
            """
        let json = jsonLine(model: "long", more: #","cache_write_tokens":400,"service_tier":"flex""#)
        #expect(summary([text]).csv == summary([json]).csv)
        #expect(summary([text]).csv.contains(",1000,200,400,100,40,0.001420,"))
    }

    @Test func `cached tokens are limited to the input tokens`() throws {
        let price = try price(of: "long")
        #expect(near(price.cost(of: Tokens(input: 1000, cached: 2000)) * 1_000_000, 200))
        #expect(near(price.cost(of: Tokens(input: 1000, cacheWritten: 2000)) * 1_000_000, 2500))
        let both = Tokens(input: 1000, cached: 800, cacheWritten: 800)
        #expect(near(price.cost(of: both) * 1_000_000, sum((800, 0.2), (200, 2.5))))
        #expect(price.cost(of: Tokens(cached: .max, cacheWritten: .max)) == 0)
    }

    @Test func `extreme numbers have a cost and do not trap`() throws {
        let price = try price(of: "long")
        for count in [0, 1, .max - 1, .max] {
            for (cached, written) in [(count, count), (.max, count), (count, .max), (.max, .max)] {
                let tokens = Tokens(input: count, cached: cached, cacheWritten: written, output: count)
                #expect(price.cost(of: tokens).isFinite && price.cost(of: tokens) >= 0)
            }
        }
        let most = 900_000_000_000_000_000
        let line = jsonLine(model: "long", input: most, cached: most, more: #","cache_write_tokens":\#(most)"#)
        let summary = summary(Array(repeating: line, count: 20))
        #expect(summary.total.tokens.cacheWritten == .max)
        for text in [summary.table(width: nil, isColoured: false), summary.csv, summary.json, summary.page] {
            #expect(!text.isEmpty)
        }
    }

    @Test func `an invalid or unknown tier does not change the cost`() {
        for tier in ["7", "null", "[]", #""fle""#, #""flex ""#, #""FLEX""#, #""(others)""#] {
            #expect(cost(of: "long", more: #","service_tier":\#(tier)"#) == 2000)
        }
    }

    @Test func `cache writes are in CSV, JSON and the page`() {
        let summary = summary([jsonLine(model: "long", more: #","cache_write_tokens":345"#)], by: [.model])
        #expect(summary.csv.contains(",cached_tokens,cache_write_tokens,output_tokens,"))
        #expect(summary.csv.contains(",1000,200,345,100,40,"))
        #expect(summary.json.contains(#""cached_tokens":200,"cache_write_tokens":345,"#))
        #expect(summary.page.contains("<td>200</td><td>345</td><td>100</td>"))
        #expect(summary.page.contains("1,000 input (200 cached, 345 written to the cache), 100 output"))
    }

    @Test func `an operator's prices are used, and notes name their source`() throws {
        let catalogue = try Catalogue(addingRowsOf: "model,input,output\nmine,3,0\nlarge,1,0\n")
        let lines = [jsonLine(model: "mine", cached: 0), jsonLine(), jsonLine(model: "x")]
        let summary = summary(lines, catalogue: catalogue)
        #expect(near(summary.total.cost.known * 1_000_000, 4000))
        #expect(summary.notes[0] == "Prices are those that gpt-proxy models shows; MODELS_FILE can add to them.")
        #expect(summary.notes[1].hasPrefix("No price is known for: x."))
        #expect(summary.notes[1].contains("MODELS_FILE"))
    }
}
