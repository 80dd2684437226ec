internal import Scoreboard
internal import Presentation

/// The live requests on a terminal, in columns that share its width.
struct StreamTable {
    private struct Column {
        let head: String
        let width: Int
        var isRight = false
        let text: (StatusOverview.Request) -> String
    }

    private let columns: [Column]
    private let width: Int

    /// - Parameters:
    ///   - width: the terminal's width in columns. On a narrow terminal, state and route are omitted.
    ///   - time: the current time, in seconds since 1970.
    init(width: Int, time: Double) {
        self.width = width
        func name(_ text: String) -> String { text.isEmpty ? "-" : PlainText.of(text) }
        func age(_ exchange: StatusOverview.Request) -> Double { max(0, time - exchange.exchange.startTime) }
        let fixed = [
            Column(head: "AGE", width: 8, isRight: true) { Quantity.duration(age($0)) },
            Column(head: "TOKENS", width: 8, isRight: true) { Quantity.count($0.exchange.outputTokens) },
            Column(head: "TOKENS/S", width: 8, isRight: true) { exchange in
                guard let firstByte = exchange.exchange.firstByte else { return "-" }
                return Quantity.rate(Double(exchange.exchange.outputTokens) / max(0.1, age(exchange) - firstByte))
            },
        ]
        let isWide = width >= 72
        let state = Column(head: "STATE", width: 9) { $0.state }
        // The width for names: their columns, and the two spaces before each except the first.
        let room = max(12, width - fixed.reduce(0) { $0 + $1.width } - 2 * 4 - (isWide ? state.width + 4 : 0))
        let share = isWide ? room * 3 / 10 : room / 2
        let caller = Column(head: "CALLER", width: share) { name($0.exchange.caller) }
        let model = Column(head: "MODEL", width: isWide ? share : room - share) { name($0.exchange.model) }
        let route = Column(head: "ROUTE", width: room - 2 * share) { name($0.exchange.route) }
        columns = [fixed[0], caller, model, fixed[1], fixed[2]] + (isWide ? [state, route] : [])
    }

    /// - Parameter height: the maximum number of lines. If not all requests fit, the last line has the number of omitted
    ///   ones.
    func lines(_ exchanges: [StatusOverview.Request], height: Int, _ style: ScreenStyle) -> [String] {
        let head = style.dim(line { TextColumn.fitted($0.head, to: $0.width, isRight: $0.isRight) })
        let isCut = exchanges.count > height - 1
        let shown = exchanges.prefix(max(0, height - (isCut ? 2 : 1)))
        let rows = shown.map { exchange in
            line { TextColumn.fitted($0.text(exchange), to: $0.width, isRight: $0.isRight) }
        }
        let more = TextColumn.fitted("and \(Quantity.count(exchanges.count - shown.count)) more", to: width)
        return [head] + rows + (isCut ? [style.dim(more)] : [])
    }

    private func line(_ cell: (Column) -> String) -> String {
        TextColumn.fitted(columns.map(cell).joined(separator: "  "), to: width)
    }
}
