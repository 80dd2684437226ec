/// Reads the catalogue's form: a header that names columns, then a row a line; lines that begin with `#` are comments.
enum CatalogueText {
    /// - Throws: ``CatalogueError`` for the first fault.
    static func rows(of text: String) throws(CatalogueError) -> [Row] {
        var columns: [Column]?
        var rows: [Row] = []
        var lines: [String: Int] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.first == "\u{FEFF}" ? line.dropFirst() : line
            guard let first = line.first(where: { $0 != " " }), first != "#" else { continue }
            let number = index + 1
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
            guard let known = columns else {
                columns = try header(cells, line: number)
                continue
            }
            let row = try row(cells, known, line: number)
            if let other = lines.updateValue(number, forKey: row.pattern.text) {
                throw CatalogueError(
                    line: number, column: Column.model.rawValue,
                    reason: "'\(row.pattern.text)' has a row already, in line \(other); make one of them")
            }
            rows.append(row)
        }
        return rows
    }

    private static func header(_ cells: [String], line: Int) throws(CatalogueError) -> [Column] {
        var columns: [Column] = []
        for cell in cells {
            guard let column = Column(rawValue: cell), !columns.contains(column) else {
                throw CatalogueError(
                    line: line, column: nil,
                    reason:
                        "'\(cell)' is \(Column(rawValue: cell) == nil ? "no column" : "named twice"); the first line "
                        + "names the columns, of which there are "
                        + Column.allCases.map(\.rawValue).joined(separator: ", "))
            }
            columns.append(column)
        }
        guard columns.first == .model else {
            throw CatalogueError(line: line, column: nil, reason: "the first column must be model")
        }
        return columns
    }

    private static func row(_ cells: [String], _ columns: [Column], line: Int) throws(CatalogueError) -> Row {
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
        return row
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        // As spreadsheets may write it.
        if text.count >= 2, text.first == "\"", text.last == "\"" { text = text.dropFirst().dropLast() }
        return String(text)
    }
}
