internal import Presentation

/// CSV (RFC 4180), for spreadsheets and databases: a header and a line for each row, with unabbreviated numbers.
extension Summary {
    /// The rows as CSV. Times are in milliseconds, costs in USD. A cost is empty if it is unknown; a separate column counts
    /// the requests whose cost is not included.
    public var csv: String {
        let numbers = [
            "requests", "errors", "clients_left", "retries", "input_tokens", "cached_tokens", "cache_write_tokens",
            "output_tokens", "reasoning_tokens", "cost_usd", "requests_without_price", "requests_unaccounted",
            "output_tokens_seen",
            "first_byte_ms_p50", "first_byte_ms_p95", "duration_ms_p50", "duration_ms_p95",
        ]
        var lines = [selection.dimensions.map(\.rawValue) + numbers]
        for (key, tally) in sortedRows { lines.append(key.map(Self.cell) + Self.numbers(tally)) }
        return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private static func numbers(_ tally: Tally) -> [String] {
        let counts = [
            tally.requests, tally.errors, tally.clientsLeft, tally.retries, tally.tokens.input, tally.tokens.cached,
            tally.tokens.cacheWritten, tally.tokens.output, tally.tokens.reasoning,
        ]
        let cost = tally.cost.amount.map { Decimals.text($0, places: 6) } ?? ""
        let times = [tally.firstByte, tally.duration].flatMap { times in
            [0.5, 0.95].map { times.percentile($0).map(String.init) ?? "" }
        }
        let unknown = [tally.cost.unpriced, tally.unaccounted.requests, tally.unaccounted.outputTokensSeen]
        return counts.map(String.init) + [cost] + unknown.map(String.init) + times
    }

    /// A name as a cell. If a spreadsheet would read it as a formula, an apostrophe is added, because clients choose names.
    /// Spreadsheets skip white space before a formula, and some read the full-width signs like the usual ones.
    private static func cell(_ text: String) -> String {
        let first = text.unicodeScalars.first { !$0.properties.isWhitespace && !PlainText.isUnseen($0) }
        let isFormula = first.map { "=+-@＝＋－＠".unicodeScalars.contains($0) } ?? false
        let text = isFormula ? "'" + text : text
        guard text.contains(where: { "\",\r\n".contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
