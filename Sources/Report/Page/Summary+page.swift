internal import Presentation

/// The summary as a page: one self-contained file without scripts.
extension Summary {
    /// HTML with the totals, plots over time, by caller, by model and of latencies, and the rows.
    public var page: String {
        let total = total
        let line = TimeLine(hours)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>gpt-proxy report</title>
            <style>
            \(PageStyle.css)</style>
            </head>
            <body>
            <header><h1>gpt-proxy report</h1><p>\(period(line))</p></header>
            <main>
            \(total.requests > 0 ? content(total, line) : "<p>No requests.</p>\n")</main>
            <footer>\(notes.map { "<p>\(Markup.escaped($0))</p>" }.joined(separator: "\n"))</footer>
            </body>
            </html>

            """
    }

    private func period(_ line: TimeLine) -> String {
        guard let first = hours.keys.min(), let last = hours.keys.max() else { return "" }
        return "\(Moment.text(ofHour: first)) to \(Moment.text(ofHour: last + 1)) UTC"
    }

    private func content(_ total: Tally, _ line: TimeLine) -> String {
        let figures = [
            Self.requestsPlot(line), Self.tokensPlot(line), Self.costPlot(line),
            SharePlot(title: "Tokens by caller", tokens: callers).figure(),
            SharePlot(title: "Tokens by model", tokens: models).figure(),
            LatencyPlot(firstByte: total.firstByte, duration: total.duration).figure(),
        ]
        return """
            <section class="cards">
            \(Self.cards(total))</section>
            <section class="plots">
            \(figures.map(\.html).joined())</section>
            \(Self.table(of: line))<h2>By \(selection.dimensions.map(\.rawValue).joined(separator: ", "))</h2>
            \(rowsTable)
            """
    }

    private static func cards(_ total: Tally) -> String {
        func share(_ part: Int, of whole: Int) -> String {
            "\(Decimals.text(Double(part) * 100 / Double(max(1, whole)), places: 1)) %"
        }
        func seconds(_ times: Histogram) -> String {
            times.percentile(0.5).map { NumberText.seconds($0) + " s" } ?? placeholder
        }
        func high(_ times: Histogram) -> String {
            times.percentile(0.95).map { "p95 \(NumberText.seconds($0)) s" } ?? ""
        }
        let tokens = total.tokens
        let cards = [
            ("requests", Decimals.grouped(total.requests), "\(Decimals.grouped(total.retries)) retries"),
            ("errors", Decimals.grouped(total.errors), share(total.errors, of: total.requests)),
            ("clients left", Decimals.grouped(total.clientsLeft), share(total.clientsLeft, of: total.requests)),
            (
                "cost, USD",
                total.cost.text(decimals: NumberText.decimals(forDollars: total.cost.known), grouped: true),
                total.cost.unpriced > 0 ? "\(Decimals.grouped(total.cost.unpriced)) requests without a price" : ""
            ),
            ("input tokens", NumberText.short(tokens.input), "\(share(tokens.cached, of: tokens.input)) cached"),
            (
                "output tokens", NumberText.short(tokens.output),
                "\(share(tokens.reasoning, of: tokens.output)) reasoning"
            ),
            ("first byte, median", seconds(total.firstByte), high(total.firstByte)),
            ("duration, median", seconds(total.duration), high(total.duration)),
        ]
        return cards.map { name, value, more in
            "<div><p>\(name)</p><strong>\(value)</strong><p>\(more)</p></div>\n"
        }.joined()
    }

    private static func requestsPlot(_ line: TimeLine) -> Figure {
        TimePlot(
            title: "Requests", line: line,
            series: [
                .init(mark: .init(style: "full", name: "answered")) { Double($0.requests - $0.errors) },
                .init(mark: .init(style: "wrong", name: "errors")) { Double($0.errors) },
            ],
            whole: true, format: { NumberText.short($0) }
        ) { "\(Decimals.grouped($0.requests)) requests, \(Decimals.grouped($0.errors)) errors" }.figure()
    }

    private static func tokensPlot(_ line: TimeLine) -> Figure {
        TimePlot(
            title: "Tokens", line: line,
            series: TokenPart.allCases.map { part in .init(mark: part.mark) { part.count(of: $0.tokens) } },
            whole: true, format: { NumberText.short($0) }, words: { $0.tokens.words }
        ).figure()
    }

    private static func costPlot(_ line: TimeLine) -> Figure {
        let greatest = line.parts.map(\.value.cost.known).max() ?? 0
        let decimals = greatest >= 20 ? 0 : greatest >= 1 ? 2 : 4
        return TimePlot(
            title: "Cost in USD", line: line,
            series: [.init(mark: .init(style: "full", name: "cost")) { $0.cost.known }], whole: false,
            format: { Decimals.text($0, places: decimals) }
        ) { "\($0.cost.text(decimals: 4)) USD" }.figure()
    }
}
