/// Stacked bars over time.
struct TimePlot {
    /// One of the stacked series.
    struct Series {
        let mark: Figure.Mark
        let value: (Interval) -> Double
    }

    let title: String
    let line: TimeLine
    let series: [Series]
    /// Whether values are counts.
    let whole: Bool
    /// Formats a value at the axis.
    let format: (Double) -> String
    /// The tooltip of a bar.
    let words: (Interval) -> String

    func figure() -> Figure {
        let sums = line.parts.map { part in series.reduce(0) { $0 + $1.value(part.value) } }
        let axes = Axes(greatest: sums.max() ?? 0, whole: whole, format: format)
        let width = (axes.right - axes.left) / Double(line.parts.count)
        let barWidth = min(width * 0.8, 60)
        var drawing = axes.grid
        for (index, part) in line.parts.enumerated() {
            let x = axes.left + width * Double(index)
            drawing += bar(part, x: x + width * 0.1, width: barWidth, axes)
        }
        for label in line.labels {
            let middle = width * 0.1 + barWidth / 2
            drawing += axes.label(label.text, x: axes.left + width * Double(label.index) + middle)
        }
        drawing += axes.title("UTC")
        return Figure(
            title: "\(title) per \(line.unitName)", legend: series.count > 1 ? series.map(\.mark) : [],
            description: description(sums), drawing: drawing)
    }

    private func bar(_ part: TimeLine.Part, x: Double, width: Double, _ axes: Axes) -> String {
        var bar = ""
        var below = 0.0
        for series in series {
            let value = series.value(part.value)
            guard value > 0 else { continue }
            let top = axes.y(below + value)
            bar += Markup.rectangle(
                x: x, y: top, width: width, height: axes.y(below) - top, class: series.mark.style,
                title: "\(line.name(of: part)): \(words(part.value))")
            below += value
        }
        return bar
    }

    private func description(_ sums: [Double]) -> String {
        guard let greatest = sums.indices.max(by: { sums[$0] < sums[$1] }), let last = line.parts.last else {
            return title
        }
        let most = line.parts[greatest]
        return """
            \(title) per \(line.unitName) from \(line.name(of: line.parts[0])) to \(line.name(of: last)) UTC; most at \
            \(line.name(of: most)): \(words(most.value)).
            """
    }
}
