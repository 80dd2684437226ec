import JSON
@testable import Report
import Testing

struct OutputTests {
    @Test func `a table`() {
        let text = summary([
            jsonLine(), jsonLine(caller: "ben", model: "large-mini", status: 400, input: 120_000, cached: 0),
        ]).table(width: nil, isColoured: false)
        #expect(
            text.split(separator: "\n", omittingEmptySubsequences: false).prefix(5).map(String.init) == [
                "                   requests                      tokens    cost first byte   duration",
                "caller  model       all err  input cached output reason     USD   p50  p95   p50  p95",
                "ben     large-mini    1   1   120k      0    100     40  0.0302  0.30 0.30  2.00 2.00",
                "ann     large         1   0   1000    200    100     40  0.0020  0.30 0.30  2.00 2.00",
                "total                 2   1   121k    200    200     80  0.0322  0.30 0.30  2.00 2.00",
            ])
        #expect(!text.contains("\u{1B}"))
    }

    @Test func `names are truncated to the terminal's width, and colours are optional`() {
        let summary = summary([jsonLine(caller: String(repeating: "long", count: 30))])
        let table = summary.table(width: 100, isColoured: false)
        let lines = table.split(separator: "\n").prefix(4)
        #expect(lines.map(\.count).max() == 100)
        #expect(table.contains("…"))
        #expect(!summary.table(width: nil, isColoured: false).contains("…"))
        #expect(summary.table(width: 100, isColoured: true).contains("\u{1B}[1m"))
    }

    @Test func `columns stay aligned with wide characters`() {
        let table = summary([jsonLine(caller: "東京"), jsonLine(caller: "anna")]).table(width: nil, isColoured: false)
        #expect(table.contains("\n東京    large"))
        #expect(table.contains("\nanna    large"))
    }

    @Test func `no requests`() {
        #expect(summary([]).table(width: 80, isColoured: true).hasPrefix("No requests."))
        #expect(summary([]).page.contains("No requests."))
        #expect(summary([]).csv.split(separator: "\r\n").count == 1)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), (#"say \"hi\""#, "\"say \"\"hi\"\"\""), ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"), ("+1", "'+1"), ("-1", "'-1"), ("=a,b", "\"'=a,b\""), (#"\t=1"#, "\u{FFFD}=1"),
    ])
    func `a name in CSV`(json: String, cell: String) {
        let csv = summary([jsonLine(caller: json)], by: [.caller]).csv
        let lines = csv.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.count == 3 && lines[2].isEmpty)
        #expect(lines[1].hasPrefix(cell + ",1,0,0,0,1000,200,0,100,40,0.002025,0,0,0,299,299,"))
    }

    @Test func `JSON`() throws {
        let summary = summary([jsonLine(), jsonLine(status: 401, more: #","error":"x""#)], by: [.caller, .error])
        let root = try Document(parsing: Array(summary.json.utf8)).root
        #expect(root["total"]?["requests"]?.integer == 2)
        #expect(root["total"]?["errors"]?.integer == 1)
        #expect(root["total"]?["cost_usd"]?.numberText == "0.004050")
        #expect(root["total"]?["first_byte_ms"]?["p95"]?.integer == 299)
        #expect(root["lines"]?["requests"]?.integer == 2)
        let rows = try #require(root["rows"]?.elements.map { $0 })
        #expect(rows.map { $0["caller"]?.string } == ["ann", "ann"])
        #expect(rows.map { $0["error"]?.isNull } == [true, false])
    }

    /// Characters that clients can put into a model's name must be harmless in every output.
    @Test func `hostile names`() {
        let hostile = #"</title><script>alert(1)</script>\u001b[2J\u0007\u009b1m\u202e'\"&"#
        let summary = summary([jsonLine(caller: hostile, model: hostile)])
        let texts = [summary.table(width: nil, isColoured: false), summary.csv, summary.json, summary.page]
        for text in texts {
            #expect(
                !text.unicodeScalars.contains {
                    $0.value < 0x20 && $0 != "\n" && $0 != "\r" || (0x7F...0x9F).contains($0.value)
                })
            #expect(!text.unicodeScalars.contains("\u{202E}"))
        }
        #expect(!summary.page.contains("<script"))
        #expect(summary.page.contains("&lt;/title&gt;&lt;script&gt;alert(1)"))
        #expect(summary.page.contains("&#39;&quot;&amp;"))
    }

    @Test(arguments: [
        (1, "hour"), (48, "hour"), (100, "3 hours"), (24 * 7, "3 hours"), (24 * 31, "12 hours"), (24 * 60, "day"),
        (24 * 365, "week"), (24 * 365 * 10, "9 weeks"),
    ])
    func `time is divided into a suitable number of parts`(hours: Int, unit: String) {
        let first = 494_000
        let line = TimeLine([first: Interval(requests: 1)].merging([first + hours - 1: Interval(requests: 2)]) { $1 })
        #expect(line.unitName == unit)
        #expect((1...64).contains(line.parts.count))
        #expect(line.parts.reduce(0) { $0 + $1.value.requests } == (hours == 1 ? 2 : 3))
        #expect((1...7).contains(line.labels.count))
    }

    @Test(arguments: [
        (0, "0"), (99_999, "99999"), (100_000, "100k"), (999_499, "999k"), (999_500, "1.00M"), (12_345_678, "12.3M"),
        (.max, "9.22E"),
    ])
    func `short numbers`(number: Int, text: String) {
        #expect(NumberText.short(number) == text)
    }

    @Test(arguments: [
        (0, "0.00"), (94, "0.09"), (100, "0.10"), (9994, "9.99"), (9995, "10.0"), (99_949, "99.9"), (600_000, "600"),
    ])
    func `seconds`(milliseconds: Int, text: String) {
        #expect(NumberText.seconds(milliseconds) == text)
    }

    @Test func `no name can end an attribute, not even with a combining mark after a quote`() {
        let name = "x\"\u{301} onmouseover=alert(1) <\u{301}i>"
        let escaped = Markup.escaped(name)
        #expect(!escaped.unicodeScalars.contains { $0 == "\"" || $0 == "<" })
        #expect(escaped.contains("&quot;\u{301} onmouseover"))
    }
}
