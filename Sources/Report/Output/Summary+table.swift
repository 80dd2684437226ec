internal import Presentation

/// The summary as a table for a terminal.
extension Summary {
    /// A header, rows, a total and notes. Some columns are left out if they contain only zeros.
    ///
    /// - Parameters:
    ///   - width: the terminal's width in columns, to which names are shortened; nil leaves them unchanged.
    ///   - isColoured: whether to use colours.
    public func table(width: Int?, isColoured: Bool) -> String {
        let total = total
        guard total.requests > 0 else { return (["No requests."] + notes).joined(separator: "\n") + "\n" }
        let rows = sortedRows
        let columns = self.columns.filter { column in column.isShown(total) }
        var table = TextTable(isColoured: isColoured)
        table.head = selection.dimensions.map { TextTable.Head(group: "", name: $0.rawValue) }
        table.head += columns.map { TextTable.Head(group: $0.group, name: $0.name) }
        table.nameCount = selection.dimensions.count
        for (key, tally) in rows {
            table.rows.append(key.map { $0.isEmpty ? Self.placeholder : $0 } + columns.map { $0.text(tally) })
        }
        let names = selection.dimensions.indices.map { $0 == 0 ? "total" : "" }
        table.total = names + columns.map { $0.text(total) }
        if let width { table.fit(width) }
        return table.text + "\n" + ([Self.timesNote] + notes).joined(separator: "\n") + "\n"
    }

    private static let timesNote =
        "p50 and p95 are the 50th and 95th percentiles in seconds, accurate to 2 %."

    private struct Column {
        let group: String
        let name: String
        var isShown: (Tally) -> Bool = { _ in true }
        let text: (Tally) -> String
    }

    private var columns: [Column] {
        let decimals = NumberText.decimals(forDollars: total.cost.known)
        return [
            Column(group: "requests", name: "all") { NumberText.short($0.requests) },
            Column(group: "requests", name: "err", isShown: { $0.errors > 0 }) { NumberText.short($0.errors) },
            Column(group: "requests", name: "left", isShown: { $0.clientsLeft > 0 }) {
                NumberText.short($0.clientsLeft)
            },
            Column(group: "requests", name: "retr", isShown: { $0.retries > 0 }) { NumberText.short($0.retries) },
            Column(group: "tokens", name: "input") { NumberText.short($0.tokens.input) },
            Column(group: "tokens", name: "cached", isShown: { $0.tokens.cached > 0 }) {
                NumberText.short($0.tokens.cached)
            },
            Column(group: "tokens", name: "output") { NumberText.short($0.tokens.output) },
            Column(group: "tokens", name: "reason", isShown: { $0.tokens.reasoning > 0 }) {
                NumberText.short($0.tokens.reasoning)
            },
            Column(group: "cost", name: "USD") { $0.cost.text(decimals: decimals) },
            Column(group: "first byte", name: "p50") { Self.seconds($0.firstByte, 0.5) },
            Column(group: "first byte", name: "p95") { Self.seconds($0.firstByte, 0.95) },
            Column(group: "duration", name: "p50") { Self.seconds($0.duration, 0.5) },
            Column(group: "duration", name: "p95") { Self.seconds($0.duration, 0.95) },
        ]
    }

    private static func seconds(_ times: Histogram, _ share: Double) -> String {
        times.percentile(share).map(NumberText.seconds) ?? placeholder
    }
}

extension Cost {
    /// The amount in USD, with `≥` if a part of it is unknown.
    func text(decimals: Int, grouped: Bool = false) -> String {
        guard let amount else { return "unknown" }
        return (unpriced > 0 ? "≥" : "") + Decimals.text(amount, places: decimals, isGrouped: grouped)
    }
}
