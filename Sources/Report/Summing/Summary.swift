/// What logs have come to. Knows how to write itself as a table, a page, CSV and JSON.
public struct Summary: Sendable {
    /// What stands for the caller or model of requests that have none, where an empty cell would not be seen.
    static let nobody = "–"

    let selection: Selection
    var counts = LineCounts()
    /// By the words for each of the selection's dimensions.
    var rows: [[String]: Tally] = [:]
    /// By hours since 1970.
    var hours: [Int: Interval] = [:]
    /// What each caller used.
    var callers: [String: Tokens] = [:]
    /// What was used of each model.
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

    /// The sums of everything.
    var total: Tally {
        var total = Tally()
        for row in rows.values { total += row }
        return total
    }

    /// The rows in the order to show them: in that of time where days are told apart, else who used most first.
    var sortedRows: [(key: [String], value: Tally)] {
        let byKey = selection.dimensions.contains(.day)
        return rows.sorted { one, other in
            let (used, otherUsed) = (one.value.tokens.sum, other.value.tokens.sum)
            if byKey || used == otherUsed { return one.key.lexicographicallyPrecedes(other.key) }
            return used > otherUsed
        }
    }
}
