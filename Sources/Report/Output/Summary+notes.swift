/// What whoever reads a report has to know of its numbers.
extension Summary {
    /// A sentence for each.
    var notes: [String] {
        var notes = [pricesNote]
        if !unpricedModels.isEmpty {
            let names = unpricedModels.sorted()
            let more = names.count > 5 ? " and \(names.count - 5) more" : ""
            notes.append(
                "No price is known of: \(names.prefix(5).joined(separator: ", "))\(more). What they cost is not in any sum."
            )
        }
        if counts.leftOut > 0 {
            notes.append("\(NumberText.grouped(counts.leftOut)) requests are left out as asked for.")
        }
        if counts.other > 0 { notes.append("\(NumberText.grouped(counts.other)) lines are not about requests.") }
        if counts.damaged > 0 { notes.append("\(NumberText.grouped(counts.damaged)) damaged lines are not counted.") }
        if rows.count > Aggregate.rowLimit {
            notes.append(
                "There are too many rows: what came after the first \(NumberText.grouped(Aggregate.rowLimit)) is in (others)."
            )
        }
        return notes
    }

    private var pricesNote: String {
        let prices = selection.prices
        let date = prices.date.map { " of \($0)" } ?? ""
        guard let source = prices.source else {
            return "Costs by the built-in prices\(date), which may be out of date: see --print-prices."
        }
        return "Costs by the prices\(date) in \(SafeText.shown(source))."
    }
}
