internal import Scoreboard
internal import Presentation
internal import Settings

extension StatusOverview {
    /// The page for a terminal: the figures, the last hour, and as many live requests as fit, the oldest first.
    ///
    /// - Parameters:
    ///   - width: the terminal's width in columns.
    ///   - height: the terminal's height in lines.
    ///   - hasColor: whether escape sequences for colours are used.
    /// - Returns: at most `height` lines, each at most `width` columns wide.
    public func screen(width: Int, height: Int, hasColor: Bool) -> [String] {
        let style = ScreenStyle(hasColor: hasColor)
        var lines = [title(width, style), ""]
        lines += figures.map { $0.line(width, style) }
        lines.append("")
        if exchanges.isEmpty {
            lines.append(style.dim(TextColumn.fitted("No live requests.", to: width)))
        } else {
            lines += StreamTable(width: width, time: time).lines(exchanges, height: height - lines.count, style)
        }
        return Array(lines.prefix(height))
    }

    private func title(_ width: Int, _ style: ScreenStyle) -> String {
        let count = processes.count == 1 ? "1 process" : "\(processes.count) processes"
        let facts = "\(count), up \(Quantity.duration(uptime)), \(Quantity.bytes(memory))"
        return style.bold(TextColumn.fitted("gpt-proxy \(version): \(facts)", to: width))
    }

    private var figures: [ScreenFigure] {
        let history = history
        // The current interval is incomplete, so it is not comparable with the others.
        let whole = history.intervals.dropLast()
        let requests = history.intervals.reduce(0) { $0 + $1[.requests] }
        let errors = history.intervals.reduce(0) { $0 + $1[.errors] }
        let refused = sum(of: .placesExhausted)
        return [
            ScreenFigure(
                name: "Live streams", value: Quantity.count(live),
                note: "of \(Quantity.count(streamLimit)), peak \(Quantity.count(mostLive))"
                    + (refused > 0 ? ", \(Quantity.count(Int(clamping: refused))) rejected" : ""),
                plot: history.live, isBad: refused > 0),
            ScreenFigure(
                name: "Requests / s", value: Quantity.rate(lastMinute(of: .requests, history)),
                note: "\(Quantity.count(Int(clamping: accepted))) in total", plot: whole.map { $0[.requests] }),
            ScreenFigure(
                name: "Output tokens / s", value: Quantity.rate(lastMinute(of: .outputTokens, history)),
                note: "\(Quantity.count(Int(clamping: sum(of: .tokens, 2)))) in total",
                plot: whole.map { $0[.outputTokens] }),
            ScreenFigure(
                name: "Errors",
                value: requests == 0 ? "-" : "\(Decimals.text(Double(errors) / Double(requests) * 100, places: 1)) %",
                note: "\(Quantity.count(errors)) of \(Quantity.count(requests)), last hour",
                plot: whole.map { $0[.errors] }, isBad: errors > 0),
            firstByteFigure,
        ]
    }

    /// For the most used route and model, because percentiles cannot be added up.
    private var firstByteFigure: ScreenFigure {
        let busiest = totals.series(of: .firstByte).max { $0.count < $1.count }
        let names = busiest.map { "\($0.labels[1].isEmpty ? "requests" : $0.labels[1]) on \($0.labels[0])" }
        return ScreenFigure(
            name: "First byte, p95", value: busiest?.quantile(0.95).map(Quantity.duration) ?? "-",
            note: names.map(PlainText.of) ?? "no response yet", plot: [])
    }

    /// The rate per second in the last minute: the current interval and the six before it.
    private func lastMinute(of value: Interval.Value, _ history: History) -> Double {
        let intervals = history.intervals.suffix(7)
        let seconds = time - Double(history.end) + Double(Interval.length * (intervals.count - 1))
        return Double(intervals.reduce(0) { $0 + $1[value] }) / max(1, seconds)
    }
}

/// A line with a figure and a plot of its last hour.
private struct ScreenFigure {
    let name: String
    let value: String
    let note: String
    let plot: [Int]
    var isBad = false

    func line(_ width: Int, _ style: ScreenStyle) -> String {
        let (nameWidth, valueWidth, noteWidth) = (18, 8, 28)
        let name = TextColumn.fitted(name, to: nameWidth)
        let value = TextColumn.fitted(value, to: valueWidth, isRight: true)
        let plotWidth = width - nameWidth - valueWidth - noteWidth - 4
        guard plotWidth >= 10 else { return TextColumn.fitted("\(name)\(value)  \(note)", to: width) }
        let note = TextColumn.fitted(note, to: plot.isEmpty ? noteWidth + 2 + plotWidth : noteWidth)
        let line = "\(name)\(isBad ? style.bad(value) : style.bold(value))  \(style.dim(note))"
        return plot.isEmpty ? line : "\(line)  \(style.accent(Sparkline.text(plot, width: plotWidth)))"
    }
}
