/// Finds the first of several sequences in a text that arrives in pieces of any size. Each code unit is compared once per
/// sequence (Knuth-Morris-Pratt algorithm).
struct StopMatcher {
    /// One sequence, and the length of its longest prefix at the end of the text so far.
    private struct Pattern {
        let units: [UInt16]
        /// For each prefix length, the length of the longest shorter prefix that is also a suffix of it.
        private let borders: [Int]
        private(set) var matched = 0
        /// The position of its first occurrence.
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

    /// Number of code units so far.
    private(set) var position = 0

    /// - Parameter sequences: the sequences in UTF-16; none is empty.
    init(_ sequences: [[UInt16]]) {
        patterns = sequences.map { Pattern($0) }
    }

    mutating func feed(_ unit: UInt16) {
        for index in patterns.indices { patterns[index].feed(unit, at: position) }
        position += 1
    }

    /// The position of the earliest sequence found so far. A sequence that is still incomplete may begin before it.
    var found: Int? { patterns.compactMap(\.found).min() }

    /// The length of the text before the first sequence that was found or is still incomplete.
    var certain: Int { patterns.map { $0.found ?? position - $0.matched }.min() ?? position }
}
