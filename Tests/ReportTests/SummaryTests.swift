@testable import Report
import Testing

struct SummaryTests {
    @Test func `requests are grouped by the selected dimensions`() {
        let lines = [
            jsonLine("2026-11-23T23:59:59.999Z"), jsonLine("2026-11-24T00:00:00.000Z"), jsonLine(caller: "ben"),
            jsonLine(model: "other"), jsonLine(status: 400, more: #","error":"invalid_json""#),
        ]
        #expect(counts(summary(lines, by: [.caller])) == [["ann"]: 4, ["ben"]: 1])
        #expect(counts(summary(lines, by: [.model])) == [["large"]: 4, ["other"]: 1])
        #expect(counts(summary(lines, by: [.day])) == [["2026-11-23"]: 1, ["2026-11-24"]: 4])
        #expect(counts(summary(lines, by: [.route])) == [["/proxy"]: 5])
        #expect(counts(summary(lines, by: [.status])) == [["200"]: 4, ["400"]: 1])
        #expect(counts(summary(lines, by: [.error])) == [[""]: 4, ["invalid_json"]: 1])
        #expect(counts(summary(lines, by: [.day, .caller])).count == 3)
    }

    private func counts(_ summary: Summary) -> [[String]: Int] {
        summary.rows.mapValues(\.requests)
    }

    @Test func `all values are summed up`() {
        let lines = [
            jsonLine(duration: 1000, more: #","retries":2"#), jsonLine(firstByte: 100, duration: 3000),
            jsonLine(status: 502, more: #","error":"upstream_cut""#),
            jsonLine(status: 499, more: #","client_left":true"#),
        ]
        let total = summary(lines).total
        #expect(total.requests == 4)
        #expect(total.errors == 1)
        #expect(total.clientsLeft == 1)
        #expect(total.retries == 2)
        #expect(total.tokens == Tokens(input: 4000, cached: 800, output: 400, reasoning: 160))
        #expect(total.duration.count == 4)
        #expect(abs(total.cost.known - 0.0081) < 1e-12)
    }

    @Test func `the sum of two summaries is the summary of all lines`() {
        let one = [jsonLine(), jsonLine(caller: "ben", model: "mine")]
        let other = [jsonLine("2026-11-25T10:00:00.000Z"), jsonLine(caller: "carl")]
        var sum = summary(one)
        sum += summary(other)
        #expect(sum.json == summary(one + other).json)
        #expect(sum.page == summary(one + other).page)
    }

    @Test func `streams without usage are reported and not in any sum`() {
        let seen = #""output_tokens_seen":1200"#
        let left =
            #"{"time":"2026-11-24T10:00:00.000Z","caller":"ann","model":"large","route":"/proxy","status":200,"#
            + seen + #","duration_ms":5,"client_left":true}"#
        let result = summary([left, left, jsonLine()], by: [.caller])
        #expect(result.total.tokens == Tokens(input: 1000, cached: 200, output: 100, reasoning: 40))
        for text in [result.table(width: nil, isColoured: false), result.page] {
            #expect(text.contains("Streams that ended before upstream reported their usage: 2."))
            #expect(text.contains("At least 2,400 of their output tokens are not in any sum."))
        }
        #expect(result.json.contains(#""requests_unaccounted":2,"output_tokens_seen":2400"#))
        #expect(!summary([jsonLine()]).page.contains("Streams that ended before upstream"))
    }

    @Test func `a model without a price has no cost and is named`() {
        let unknown = summary([jsonLine(model: "mine")])
        #expect(unknown.total.cost.amount == nil)
        #expect(unknown.table(width: nil, isColoured: false).contains("unknown"))
        let partly = summary([jsonLine(model: "mine"), jsonLine()], by: [.caller])
        #expect(partly.total.cost.amount == partly.total.cost.known)
        #expect(partly.table(width: nil, isColoured: false).contains("≥0.0020"))
        for text in [
            unknown.table(width: nil, isColoured: false), partly.table(width: nil, isColoured: false), partly.page,
        ] {
            #expect(text.contains("No price is known for: mine."))
        }
        #expect(unknown.json.contains(#""models_without_price":["mine"]"#))
        #expect(unknown.json.contains(#""cost_usd":null,"requests_without_price":1"#))
    }

    @Test func `a request without tokens costs nothing, whatever its model`() {
        let summary = summary([jsonLine(model: "mine", input: 0, cached: 0, output: 0, reasoning: 0)])
        #expect(summary.total.cost.amount == 0)
        #expect(summary.unpricedModels.isEmpty)
    }

    @Test(arguments: [
        ("2026-11-24" as String?, nil as String?, 3), (nil, "2026-11-24", 3), ("2026-11-24", "2026-11-24", 2),
        ("2026-11-25", nil, 1),
        ("2026-11-24T12:00", nil, 2), (nil, "2026-11-24T12:00:00Z", 2), ("2026-11-24T13:00+01:00", nil, 2),
        ("2026-11-24T12:00:01", nil, 1), (nil, "2026-11-23", 1),
    ])
    func `requests can be selected by time`(since: String?, until: String?, count: Int) {
        let lines = ["23T10:00:00", "24T00:00:00", "24T12:00:00", "25T00:00:00"].map { jsonLine("2026-11-\($0).000Z") }
        let summary = summary(lines, since: since, until: until)
        #expect(summary.total.requests == count)
        #expect(summary.counts.leftOut == 4 - count)
    }

    @Test(arguments: [
        "", "24.11.2026", "2026-11-31", "2026-13-01", "2026-11-24T25:00", "2026-11-24 10:00", "2026-11-24T10:00+1",
        "tomorrow",
        "2026-11-24Z",
    ])
    func `invalid times are rejected`(text: String) {
        #expect(TimeLimit(text) == nil)
    }

    @Test func `requests can be selected by caller and model`() {
        let lines = [
            jsonLine(), jsonLine(caller: "anna"), jsonLine(caller: "ben"), jsonLine(caller: "ben", model: "other"),
        ]
        #expect(summary(lines, callers: ["ann*"]).total.requests == 2)
        #expect(summary(lines, callers: ["ann", "ben"]).total.requests == 3)
        #expect(summary(lines, callers: ["ben"], models: ["other"]).total.requests == 1)
        #expect(summary(lines, models: ["x"]).total.requests == 0)
    }

    @Test func `rows are sorted by tokens, and days by date`() {
        let lines = [
            jsonLine("2026-11-24T10:00:00.000Z", caller: "ann"), jsonLine("2026-11-23T10:00:00.000Z", caller: "ben"),
            jsonLine("2026-11-23T10:00:00.000Z", caller: "ben"),
        ]
        #expect(summary(lines, by: [.caller]).sortedRows.map(\.key) == [["ben"], ["ann"]])
        #expect(summary(lines, by: [.day]).sortedRows.map(\.key) == [["2026-11-23"], ["2026-11-24"]])
    }

    /// A client can name a new model with each request.
    @Test func `names beyond the limit share one row`() {
        let count = NameTable.limit + 500
        let summary = summary((0..<count).map { jsonLine(model: "model-\($0)", output: 1) }, by: [.model, .caller])
        #expect(summary.rows.count <= Aggregate.rowLimit + 1)
        #expect(summary.total.requests == count)
        #expect(summary.rows[["(others)", "ann"]]?.requests ?? 0 >= 500)
    }

    @Test func `rows beyond the limit share one row`() {
        let lines = (0..<150).flatMap { caller in (0..<100).map { jsonLine(caller: "c\(caller)", model: "m\($0)") } }
        let summary = summary(lines)
        #expect(summary.rows.count == Aggregate.rowLimit + 1)
        #expect(summary.rows[["(others)", "(others)"]]?.requests == 5000)
        #expect(summary.notes.contains { $0.contains("(others)") })
    }

    @Test func `long names are decoded and truncated`() throws {
        let summary = summary([jsonLine(caller: #"\"a"# + String(repeating: "é", count: 1000))], by: [.caller])
        let name = try #require(summary.rows.keys.first?.first)
        #expect(name.hasPrefix("\"aéé") && name.hasSuffix("é…"))
        #expect(name.utf8.count <= 200)
    }

    @Test func `sums saturate at the largest number`() {
        let line = jsonLine(input: 900_000_000_000_000_000, output: 900_000_000_000_000_000)
        let summary = summary(Array(repeating: line, count: 20))
        #expect(summary.total.tokens.input == .max)
        #expect(summary.page.contains("9.22E"))
        #expect(summary.table(width: nil, isColoured: false).contains("9.22E"))
    }
}
