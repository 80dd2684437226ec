internal import Translation

/// What a model's tokens cost, in USD per million.
struct Price: Sendable, Equatable {
    let input: Double
    let cachedInput: Double
    let output: Double

    /// In USD. Reasoning is part of the output and paid as such.
    func cost(of tokens: Tokens) -> Double {
        let cached = min(tokens.cached, tokens.input)
        return (Double(tokens.input - cached) * input + Double(cached) * cachedInput + Double(tokens.output) * output)
            / 1_000_000
    }
}

/// Prices by the names of models: what an operator can print, edit and hand back.
public struct PriceTable: Sendable {
    /// Where the prices are from: a file's name, or nil for the built-in ones.
    let source: String?
    /// The day, as it is written in the table, of which the prices are.
    let date: String?
    private let entries: [(pattern: ModelPattern, price: Price)]

    /// Reads a line `model,input,cached_input,output` for each price, in USD per million tokens. `*` in a model's name
    /// matches any run of characters, and the most specific line wins. Lines that begin with `#` are comments, of which
    /// `# As of 2026-11-24` says of which day the prices are.
    ///
    /// - Parameters:
    ///   - text: the table.
    ///   - source: the file's name, for messages.
    /// - Throws: ``PriceTableError``, which names the line at fault.
    public init(parsing text: String, source: String) throws(PriceTableError) {
        try self.init(text, source: source)
    }

    private init(_ text: String, source: String?) throws(PriceTableError) {
        var date: String?
        var entries: [(ModelPattern, Price)] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmed
            if line.hasPrefix(Self.dateMark) { date = String(line.dropFirst(Self.dateMark.count).prefix(10)) }
            guard !line.isEmpty, !line.hasPrefix("#"), !line.hasPrefix("model,") else { continue }
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
            let numbers = cells.dropFirst().compactMap { Double($0) }
            guard cells.count == 4, !cells[0].isEmpty, numbers.count == 3,
                numbers.allSatisfy({ $0 >= 0 && $0.isFinite })
            else { throw PriceTableError(source: source ?? "", lineNumber: index + 1, line: line) }
            let price = Price(input: numbers[0], cachedInput: numbers[1], output: numbers[2])
            entries.append((ModelPattern(cells[0]), price))
        }
        self.source = source
        self.date = date
        self.entries = entries
    }

    /// The price of a model; nil when the table has none.
    func price(of model: String) -> Price? {
        entries.mostSpecific(for: model, pattern: \.pattern)?.price
    }

    private static let dateMark = "# As of "

    /// The built-in prices.
    public static let standard: PriceTable = {
        do { return try PriceTable(standardText, source: nil) } catch { preconditionFailure("\(error)") }
    }()
}

/// A line of a price table that is not of the form `model,input,cached_input,output`.
public struct PriceTableError: Error, Equatable, CustomStringConvertible {
    let source: String
    let lineNumber: Int
    let line: String

    /// Where the fault is, and what should stand there.
    public var description: String {
        """
        \(source), line \(lineNumber): '\(SafeText.shown(line))' is not a model and three prices in USD per million tokens, \
        such as gpt-5,1.25,0.125,10
        """
    }
}

extension StringProtocol {
    /// Without spaces and tabs around it.
    var trimmed: String {
        let spaces: Set<Character> = [" ", "\t"]
        var rest = self[...]
        while let first = rest.first, spaces.contains(first) { rest.removeFirst() }
        while let last = rest.last, spaces.contains(last) { rest.removeLast() }
        return String(rest)
    }
}
