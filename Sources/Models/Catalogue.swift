/// What is known of models: what they take, when they shut down, what replaces them, and what they cost.
///
/// Rows stand for names or patterns, and a model's facts come from all rows that match its name, the more specific ones
/// first; see `models.csv` for the columns.
public struct Catalogue: Sendable {
    /// Rows for one name each, the one that counts last.
    private var named: [String: [Row]] = [:]
    /// Rows with patterns, the most specific first.
    private var patterned: [Row] = []
    /// The patterns of those, by themselves: a name is held against all of them, and few match.
    private var patterns: [ModelPattern] = []
    /// The names that have a row of their own, in the order of the rows.
    public private(set) var names: [String] = []
    /// The models of those names that have been looked up: nearly every request is for one of few.
    private let known = KnownModels()
    /// The file's text, and the operator's.
    private let text: String
    private let operatorsText: String?

    /// What the program knows by itself.
    public static let standard: Catalogue = {
        let text = String(decoding: PackageResources.models_csv, as: UTF8.self)
        do throws(CatalogueError) {
            return try Catalogue(text: text, rows: CatalogueText.rows(of: text))
        } catch {
            preconditionFailure("models.csv: \(error)")
        }
    }()

    private init(text: String, operatorsText: String? = nil, rows: [Row]) {
        self.text = text
        self.operatorsText = operatorsText
        add(rows)
    }

    /// The standard catalogue with an operator's rows on top (`MODELS_FILE`).
    ///
    /// - Parameter text: rows in the form of `models.csv`, of which the header may name any of the columns besides `model`.
    /// - Throws: ``CatalogueError``, which names line and column, also when models replace each other in a circle.
    public init(addingRowsOf text: String) throws(CatalogueError) {
        let rows = try CatalogueText.rows(of: text).map { row in
            var row = row
            row.isOperators = true
            return row
        }
        let standard = Catalogue.standard
        self.init(
            text: standard.text, operatorsText: text,
            rows: standard.names.flatMap { standard.named[$0] ?? [] } + standard.patterned + rows)
        for row in rows { try checkReplacement(of: row) }
    }

    private mutating func add(_ rows: [Row]) {
        for row in rows {
            guard row.pattern.isName else {
                patterned.append(row)
                continue
            }
            if named[row.pattern.text] == nil { names.append(row.pattern.text) }
            named[row.pattern.text, default: []].append(row)
        }
        patterned.sort { one, other in
            let (weight, otherWeight) = (one.pattern.specificity, other.pattern.specificity)
            if weight != otherWeight { return weight > otherWeight }
            return one.isOperators && !other.isOperators
        }
        patterns = patterned.map(\.pattern)
    }

    /// What is known of a model. There is something to know of every name.
    public func callAsFunction(_ name: String) -> Model {
        // Only names of the catalogue are kept: clients may think of any.
        guard named[name] != nil else { return model(named: name) }
        return known.model(named: name) { model(named: name) }
    }

    private func model(named name: String) -> Model {
        var row = Row()
        for own in (named[name] ?? []).reversed() { row.inherit(from: own) }
        let utf8 = name.utf8
        for index in patterns.indices where patterns[index].matches(utf8.span) {
            row.inherit(from: patterned[index])
        }
        return row.model(named: name)
    }

    /// The catalogue's rows as a file, the operator's behind them.
    public var csv: String {
        operatorsText.map { text + "\n# From MODELS_FILE.\n" + $0 } ?? text
    }

    /// - Throws: when a row's replacement leads back to a model that it replaces.
    private func checkReplacement(of row: Row) throws(CatalogueError) {
        guard var next = row.replacement.value else { return }
        var chain = [row.pattern.text]
        while let replacement = self(next).replacement {
            chain.append(next)
            next = replacement.name
            guard !chain.contains(next) else {
                throw CatalogueError(
                    line: row.line, column: Column.replacement.rawValue,
                    reason: "models replace each other in a circle: \((chain + [next]).joined(separator: " → "))")
            }
        }
    }
}
