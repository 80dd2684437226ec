internal import Presentation

/// Tokens by caller or model: one bar per name, the largest first.
struct SharePlot {
    private static let limit = 10
    private static let nameLength = 14

    let title: String
    let tokens: [String: Tokens]

    func figure() -> Figure {
        let rows = rows
        let (left, rowHeight) = (112.0, 20.0)
        let room = Figure.width - left - 52
        let greatest = Double(max(1, rows.map(\.tokens.sum).max() ?? 1))
        var drawing = ""
        for (index, row) in rows.enumerated() {
            let y = 6 + rowHeight * Double(index)
            let name = row.name.count > Self.nameLength ? row.name.prefix(Self.nameLength - 1) + "…" : row.name[...]
            drawing += Markup.text(String(name), x: left - 8, y: y + 12, anchor: "end")
            var x = left
            for part in TokenPart.allCases {
                let width = room * part.count(of: row.tokens) / greatest
                let title = "\(row.name): \(row.tokens.words)"
                drawing += Markup.rectangle(x: x, y: y, width: width, height: 14, class: part.style, title: title)
                x += width
            }
            drawing += Markup.text(NumberText.short(row.tokens.sum), x: x + 6, y: y + 12, anchor: "start")
        }
        return Figure(
            title: title, legend: TokenPart.allCases.map(\.mark), description: description(rows),
            height: max(60, 12 + rowHeight * Double(rows.count)), drawing: drawing)
    }

    private var rows: [(name: String, tokens: Tokens)] {
        let sorted = tokens.sorted { ($1.value.sum, $0.key) < ($0.value.sum, $1.key) }.map {
            (name: $0.key, tokens: $0.value)
        }
        guard sorted.count > Self.limit else { return sorted }
        let rest = sorted[(Self.limit - 1)...]
        let sum = rest.reduce(into: Tokens()) { $0 += $1.tokens }
        return sorted.prefix(Self.limit - 1) + [("\(rest.count) others", sum)]
    }

    private func description(_ rows: [(name: String, tokens: Tokens)]) -> String {
        "\(title): " + rows.map { "\($0.name) \(Decimals.grouped($0.tokens.sum))" }.joined(separator: ", ") + "."
    }
}
