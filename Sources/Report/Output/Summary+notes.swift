internal import Presentation

/// Notes on the numbers for the report's readers.
extension Summary {
    /// One or two sentences each.
    var notes: [String] {
        var notes = ["Prices are those that gpt-proxy models shows; MODELS_FILE can add to them."]
        if !unpricedModels.isEmpty {
            let names = unpricedModels.sorted()
            let more = names.count > 5 ? " and \(names.count - 5) more" : ""
            notes.append(
                "No price is known for: \(names.prefix(5).joined(separator: ", "))\(more). Their cost is not in any sum; "
                    + "a row in MODELS_FILE can set a model's price.")
        }
        let unaccounted = total.unaccounted
        if unaccounted.requests > 0 {
            notes.append(
                "Streams that ended before upstream reported their usage: \(Decimals.grouped(unaccounted.requests)). At least "
                    + "\(Decimals.grouped(unaccounted.outputTokensSeen)) of their output tokens are not in any sum.")
        }
        for (count, what) in [
            (counts.leftOut, "Requests excluded by the options"), (counts.other, "Lines that are not about requests"),
            (counts.damaged, "Damaged lines, which are not counted"),
        ] where count > 0 { notes.append("\(what): \(Decimals.grouped(count)).") }
        if rows.keys.contains(where: { $0.contains(NameTable.othersText) }) {
            notes.append("There are too many names; the last ones are combined in \(NameTable.othersText).")
        }
        return notes
    }
}
