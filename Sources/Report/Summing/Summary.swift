/// The summary of logs, which can be written as a table, a page, CSV and JSON.
public struct Summary: Sendable {
    /// What a table shows for a missing caller or model: a dash, because an empty cell would be overlooked.
    static let placeholder = "–"

    let selection: Selection
    var counts = LineCounts()
    /// Rows by the values of the selection's dimensions.
    var rows: [[String]: Tally] = [:]
    /// Sums by hour since 1970.
    var hours: [Int: Interval] = [:]
    /// Tokens by caller.
    var callers: [String: Tokens] = [:]
    /// Tokens by model.
    var models: [String: Tokens] = [:]
    /// The models that used tokens and have no price.
    var unpricedModels: Set<String> = []

    init(_ selection: Selection) {
        self.selection = selection
    }

    static func += (sum: inout Summary, other: Summary) {
        sum.counts += other.counts
        sum.rows.merge(other.rows) { one, other in
            var both = one
            both += other
            return both
        }
        for (hour, interval) in other.hours { sum.hours[hour, default: Interval()] += interval }
        for (caller, tokens) in other.callers { sum.callers[caller, default: Tokens()] += tokens }
        for (model, tokens) in other.models { sum.models[model, default: Tokens()] += tokens }
        sum.unpricedModels.formUnion(other.unpricedModels)
    }

    /// The sums of all rows.
    var total: Tally {
        var total = Tally()
        for row in rows.values { total += row }
        return total
    }

    /// The rows in display order: by key if grouped by day, otherwise by tokens, largest first.
    var sortedRows: [(key: [String], value: Tally)] {
        let byKey = selection.dimensions.contains(.day)
        return rows.sorted { one, other in
            let (used, otherUsed) = (one.value.tokens.sum, other.value.tokens.sum)
            if byKey || used == otherUsed { return one.key.lexicographicallyPrecedes(other.key) }
            return used > otherUsed
        }
    }
}
