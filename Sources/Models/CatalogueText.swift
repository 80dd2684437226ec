/// Reads the catalogue's format: a header that names the columns, then one row per line. Lines that begin with `#` are
/// comments. Empty rows, which spreadsheets write, are ignored.
enum CatalogueText {
    /// A limit, because each row is tested against every name that is looked up.
    private static let maximumRowCount = 10_000

    /// The rows in sections, each with its own header, so that the output of `gpt-proxy models --csv` with an operator's
    /// rows can be read again.
    ///
    /// - Throws: ``CatalogueError`` for the first error.
    static func sections(of text: String) throws(CatalogueError) -> [[Row]] {
        var sections: [Section] = []
        var count = 0
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.first == "\u{FEFF}" ? line.dropFirst() : line
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
            let isComment = line.first { !$0.isWhitespace && $0 != "\"" } == "#"
            guard !isComment, cells.contains(where: { !$0.isEmpty }) else { continue }
            if sections.isEmpty || cells.first == Column.model.rawValue {
                sections.append(try Section(header: cells, line: index + 1))
            } else {
                try sections[sections.count - 1].read(cells, line: index + 1)
                count += 1
            }
            guard count <= maximumRowCount else {
                throw CatalogueError(
                    line: index + 1, column: nil, reason: "exceeds the limit of \(maximumRowCount) rows")
            }
        }
        guard !sections.isEmpty else {
            throw CatalogueError(
                line: 1, column: nil,
                reason: "the header is missing; it must name the columns: model, and any of the others")
        }
        return sections.map(\.rows)
    }

    /// A header with its rows.
    private struct Section {
        private let columns: [Column]
        private(set) var rows: [Row] = []
        /// The line number of each pattern's row.
        private var lines: [String: Int] = [:]

        init(header cells: [String], line: Int) throws(CatalogueError) {
            var columns: [Column] = []
            for cell in cells {
                guard let column = Column(rawValue: cell), !columns.contains(column) else {
                    let isKnown = Column(rawValue: cell) != nil
                    throw CatalogueError(
                        line: line, column: nil,
                        reason:
                            "'\(cell)' is \(isKnown ? "named twice" : "not a column"); the columns are "
                            + "\(Column.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                columns.append(column)
            }
            guard columns.first == .model else {
                throw CatalogueError(line: line, column: nil, reason: "the first column must be model")
            }
            self.columns = columns
        }

        mutating func read(_ cells: [String], line: Int) throws(CatalogueError) {
            guard cells.count <= columns.count else {
                throw CatalogueError(
                    line: line, column: nil,
                    reason: "has \(cells.count) cells, but the header names \(columns.count) columns")
            }
            var row = Row()
            row.line = line
            for (column, cell) in zip(columns, cells) where !cell.isEmpty || column == .model {
                guard !cell.isEmpty, row.read(cell, in: column) else {
                    throw CatalogueError(
                        line: line, column: column.rawValue,
                        reason: "'\(cell)' is not allowed; it must be \(column.allowed)"
                            + (column == .model ? "" : ", or - for no value"))
                }
            }
            if let other = lines.updateValue(line, forKey: row.pattern.text) {
                throw CatalogueError(
                    line: line, column: Column.model.rawValue,
                    reason: "'\(row.pattern.text)' has a row already, in line \(other); merge the two")
            }
            rows.append(row)
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        let text = withoutSpaces(text)
        // Spreadsheets may write quotes.
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
        return String(withoutSpaces(text.dropFirst().dropLast()))
    }

    private static func withoutSpaces(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
