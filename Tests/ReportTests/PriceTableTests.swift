@testable import Report
import Testing

struct PriceTableTests {
    @Test(arguments: [
        ("gpt-5", 1.25), ("gpt-5-2025-08-07", 1.25), ("gpt-5-mini", 0.25), ("gpt-5-mini-2025-08-07", 0.25),
        ("gpt-5-nano", 0.05), ("gpt-4o", 2.5), ("gpt-4o-mini", 0.15), ("gpt-4.1-nano", 0.1), ("o3", 2),
        ("o4-mini", 1.1),
    ])
    func `built-in prices`(model: String, input: Double) {
        #expect(PriceTable.standard.price(of: model)?.input == input)
    }

    @Test(arguments: ["gpt-5-pro", "gpt-4o-realtime", "o3-pro", "my-finetune", ""])
    func `what the table does not know has no price`(model: String) {
        #expect(PriceTable.standard.price(of: model) == nil)
    }

    @Test func `the printed table can be read`() throws {
        let table = try PriceTable(parsing: PriceTable.standardText, source: "mine.csv")
        #expect(table.price(of: "gpt-5") == PriceTable.standard.price(of: "gpt-5"))
        #expect(table.date == "2026-02-16")
    }

    @Test func `the most specific line wins`() throws {
        let table = try PriceTable(
            parsing: "# mine\n\n*,9,9,9\r\nours-*, 1, 0.5 ,2\nours-small,0.1,0.1,0.1\n", source: "mine.csv")
        #expect(table.price(of: "ours-small")?.input == 0.1)
        #expect(table.price(of: "ours-large") == Price(input: 1, cachedInput: 0.5, output: 2))
        #expect(table.price(of: "theirs")?.input == 9)
        #expect(table.date == nil)
    }

    @Test(arguments: [
        "gpt-5,1,1", "gpt-5,1,1,1,1", ",1,1,1", "gpt-5,one,1,1", "gpt-5,-1,1,1", "gpt-5,inf,1,1", "gpt-5",
    ])
    func `a line that cannot be used is named`(line: String) {
        let error = #expect(throws: PriceTableError.self) {
            try PriceTable(parsing: "# mine\n\(line)\n", source: "mine.csv")
        }
        #expect(error?.description.hasPrefix("mine.csv, line 2: '\(line)'") == true)
    }

    @Test func `cached input has its own price, and reasoning is output`() {
        let price = Price(input: 1, cachedInput: 0.1, output: 10)
        let tokens = Tokens(input: 1_000_000, cached: 400_000, output: 100_000, reasoning: 90_000)
        #expect(abs(price.cost(of: tokens) - (0.6 + 0.04 + 1)) < 1e-9)
    }
}
