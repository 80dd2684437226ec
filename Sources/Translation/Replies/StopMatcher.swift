/// Finds the first of several sequences in a text that comes bit by bit, whatever the bits are. Each code unit is looked at
/// once for each sequence (Knuth, Morris, Pratt).
struct StopMatcher {
    /// One sequence, and how much of it stands at the end of the text so far.
    private struct Pattern {
        let units: [UInt16]
        /// For each length of a beginning, the length of the longest shorter beginning that it ends with.
        private let borders: [Int]
        private(set) var matched = 0
        /// Where it was found first.
        private(set) var found: Int?

        init(_ units: [UInt16]) {
            self.units = units
            var borders = [0]
            var border = 0
            for unit in units.dropFirst() {
                while border > 0, units[border] != unit { border = borders[border - 1] }
                if units[border] == unit { border += 1 }
                borders.append(border)
            }
            self.borders = borders
        }

        mutating func feed(_ unit: UInt16, at position: Int) {
            guard found == nil else { return }
            while matched > 0, units[matched] != unit { matched = borders[matched - 1] }
            if units[matched] == unit { matched += 1 }
            if matched == units.count { found = position + 1 - matched }
        }
    }

    private var patterns: [Pattern]

    /// How many code units have come.
    private(set) var position = 0

    /// - Parameter sequences: none of them empty.
    init(_ sequences: [[UInt16]]) {
        patterns = sequences.map { Pattern($0) }
    }

    mutating func feed(_ unit: UInt16) {
        for index in patterns.indices { patterns[index].feed(unit, at: position) }
        position += 1
    }

    /// Where the earliest sequence found so far begins. One that is still incomplete may begin before it.
    var found: Int? { patterns.compactMap(\.found).min() }

    /// How much of the text can be no part of any sequence, or comes before those that were found.
    var certain: Int { patterns.map { $0.found ?? position - $0.matched }.min() ?? position }
}
