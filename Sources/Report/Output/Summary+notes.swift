internal import Presentation

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
        let unaccounted = total.unaccounted
        if unaccounted.requests > 0 {
            notes.append(
                "Streams that ended before upstream had said what they took: \(Decimals.grouped(unaccounted.requests)). At least "
                    + "\(Decimals.grouped(unaccounted.outputTokensSeen)) output tokens of theirs are not in any sum.")
        }
        for (count, what) in [
            (counts.leftOut, "Requests left out as asked for"), (counts.other, "Lines that are not about requests"),
            (counts.damaged, "Damaged lines, which are not counted"),
        ] where count > 0 { notes.append("\(what): \(Decimals.grouped(count)).") }
        if rows.keys.contains(where: { $0.contains(NameTable.othersText) }) {
            notes.append("There are too many names to tell apart; those that came last are in \(NameTable.othersText).")
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
