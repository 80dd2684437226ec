/// Rows of the same origin. Of those that match a name, the more specific ones take precedence.
struct RowSet: Sendable {
    /// The rows for one name each.
    private var rowsByName: [String: Row] = [:]
    /// The rows with patterns, the most specific first.
    private var patternRows: [Row] = []
    /// The patterns of those rows, kept apart because every lookup tests all of them.
    private var patterns: [ModelPattern] = []
    /// The names that have a row of their own, in the order of the rows.
    private(set) var names: [String] = []

    init(_ rows: [Row]) {
        for row in rows {
            if row.pattern.isName {
                names.append(row.pattern.text)
                rowsByName[row.pattern.text] = row
            } else {
                patternRows.append(row)
            }
        }
        patternRows.sort { $0.pattern.specificity > $1.pattern.specificity }
        patterns = patternRows.map(\.pattern)
    }

    func hasRow(for name: String) -> Bool { rowsByName[name] != nil }

    /// Fills the empty cells of a row with the facts about a model.
    func complete(_ row: inout Row, for name: String) {
        if let own = rowsByName[name] { row.inherit(from: own) }
        let utf8 = name.utf8
        for index in patterns.indices where patterns[index].matches(utf8.span) {
            row.inherit(from: patternRows[index])
        }
    }
}
