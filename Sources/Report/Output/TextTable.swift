internal import Presentation

/// A table for a terminal: left-aligned names, right-aligned numbers, and a header of two lines.
struct TextTable {
    struct Head {
        /// The heading shared by several columns.
        let group: String
        let name: String
    }

    var head: [Head] = []
    /// The number of name columns.
    var nameCount = 0
    var rows: [[String]] = []
    var total: [String] = []
    let isColoured: Bool
    private var limits: [Int?] = []

    private static let shortestName = 8

    init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// Shortens names, but not below a minimum, so that lines have at most `width` columns.
    mutating func fit(_ width: Int) {
        var widths = widths
        while lineLength(widths) > width {
            guard let widest = (0..<nameCount).max(by: { widths[$0] < widths[$1] }), widths[widest] > Self.shortestName
            else { break }
            widths[widest] -= 1
        }
        limits = (0..<head.count).map { $0 < nameCount ? widths[$0] : nil }
    }

    var text: String {
        let widths = widths
        var lines = [groupLine(widths), bold(line(head.map(\.name), widths))]
        lines += rows.map { line($0, widths) }
        lines += [bold(line(total, widths))]
        return lines.map { $0 + "\n" }.joined()
    }

    private var widths: [Int] {
        head.indices.map { column in
            let width = ([head[column].name, total[column]] + rows.map { $0[column] }).map(TextColumn.width).max() ?? 0
            return min(width, column < limits.count ? limits[column] ?? .max : .max)
        }
    }

    private func lineLength(_ widths: [Int]) -> Int {
        head.indices.reduce(0) { $0 + gap(before: $1) + widths[$1] }
    }

    /// The gap between groups is wider than within them.
    private func gap(before column: Int) -> Int {
        guard column > 0 else { return 0 }
        return head[column].group == head[column - 1].group && column >= nameCount ? 1 : 2
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            line += String(repeating: " ", count: gap(before: column))
            line += TextColumn.fitted(cell, to: widths[column], isRight: column >= nameCount)
        }
        return line
    }

    /// The line with each group's name, right-aligned with its columns.
    private func groupLine(_ widths: [Int]) -> String {
        var line = ""
        var end = 0
        for column in head.indices {
            end += gap(before: column) + widths[column]
            let isLast = column + 1 == head.count || head[column + 1].group != head[column].group
            guard isLast, column >= nameCount else { continue }
            let name = head[column].group
            line += String(repeating: " ", count: max(line.isEmpty ? 0 : 1, end - line.count - name.count)) + name
        }
        return isColoured ? "\u{1B}[2m\(line)\u{1B}[0m" : line
    }

    private func bold(_ line: String) -> String {
        isColoured ? "\u{1B}[1m\(line)\u{1B}[0m" : line
    }
}
