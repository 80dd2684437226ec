internal import Presentation

/// The tables of a page.
extension Summary {
    /// The rows with their total, with unabbreviated numbers.
    var rowsTable: String {
        let total = total
        let decimals = NumberText.decimals(forDollars: total.cost.known)
        let names = selection.dimensions.map { "<th scope=\"col\">\($0.rawValue)</th>" }.joined()
        let body = sortedRows.map { key, tally in
            let cells = key.map { "<th scope=\"row\">\($0.isEmpty ? Self.placeholder : Markup.escaped($0))</th>" }
                .joined()
            return "<tr>\(cells)\(Self.cells(tally, decimals))</tr>\n"
        }
        return """
            <div class="wide"><table>
            <thead><tr>\(names)\(Self.head)</tr></thead>
            <tbody>
            \(body.joined())</tbody>
            <tfoot><tr><th scope="row" colspan="\(selection.dimensions.count)">total</th>\(Self.cells(total, decimals))</tr></tfoot>
            </table></div>

            """
    }

    private static let head = [
        "requests", "errors", "left", "retries", "input", "cached", "cache<br>writes", "output", "reasoning",
        "USD",
        "first byte<br>p50, s", "p95, s",
        "duration<br>p50, s", "p95, s",
    ].map { "<th scope=\"col\" class=\"number\">\($0)</th>" }.joined()

    private static func cells(_ tally: Tally, _ decimals: Int) -> String {
        let counts = [
            tally.requests, tally.errors, tally.clientsLeft, tally.retries, tally.tokens.input, tally.tokens.cached,
            tally.tokens.cacheWritten, tally.tokens.output, tally.tokens.reasoning,
        ]
        let times = [tally.firstByte, tally.duration].flatMap { times in
            [0.5, 0.95].map { times.percentile($0).map(NumberText.seconds) ?? placeholder }
        }
        let texts = counts.map(Decimals.grouped) + [tally.cost.text(decimals: decimals, grouped: true)] + times
        return texts.enumerated().map { index, text in
            "<td\(index == 1 && tally.errors > 0 ? " class=\"bad\"" : "")>\(text)</td>"
        }.joined()
    }

    /// The data of the plots over time as a table.
    static func table(of line: TimeLine) -> String {
        let rows = line.parts.map { part in
            let value = part.value
            let cells = [value.requests, value.errors, value.tokens.input, value.tokens.cached, value.tokens.output]
                .map { "<td>\(Decimals.grouped($0))</td>" }.joined()
            return
                "<tr><th scope=\"row\">\(line.name(of: part))</th>\(cells)<td>\(value.cost.text(decimals: 4))</td></tr>\n"
        }
        let head = ["requests", "errors", "input", "cached", "output", "USD"].map {
            "<th scope=\"col\" class=\"number\">\($0)</th>"
        }
        return """
            <details><summary>The plots over time in numbers</summary>
            <div class="wide"><table>
            <thead><tr><th scope="col">\(line.unitName), UTC</th>\(head.joined())</tr></thead>
            <tbody>
            \(rows.joined())</tbody>
            </table></div></details>

            """
    }
}
