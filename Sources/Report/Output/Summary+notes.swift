internal import Presentation

/// What whoever reads a report has to know of its numbers.
extension Summary {
    /// A sentence for each.
    var notes: [String] {
        var notes = ["Prices are those that gpt-proxy models shows; MODELS_FILE can add to them."]
        if !unpricedModels.isEmpty {
            let names = unpricedModels.sorted()
            let more = names.count > 5 ? " and \(names.count - 5) more" : ""
            notes.append(
                "No price is known of: \(names.prefix(5).joined(separator: ", "))\(more). What they cost is not in any sum; "
                    + "a row in MODELS_FILE gives a model its price.")
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
}
