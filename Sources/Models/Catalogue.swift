/// Facts about models: parameters, shutdown dates, replacements and prices.
///
/// A row applies to a name or a pattern. A model's facts come from all rows that match its name: an operator's rows take
/// precedence over the program's, and of these, the more specific rows over the others; `models.csv` explains the columns.
///
/// A class, because every request passes it on several times.
public final class Catalogue: Sendable {
    /// In order of precedence.
    private let sets: [RowSet]
    private let cache = ModelCache()
    /// The names that have a row of their own, in the order of the rows.
    public let names: [String]
    /// The rows as a CSV file, with the operator's at the end.
    public let csv: String

    /// The rows that are part of the program.
    public static let standard: Catalogue = {
        let text = String(decoding: PackageResources.models_csv, as: UTF8.self)
        do throws(CatalogueError) {
            return Catalogue([RowSet(Array(try CatalogueText.sections(of: text).joined()))], csv: text)
        } catch {
            preconditionFailure("models.csv: \(error)")
        }
    }()

    private init(_ sets: [RowSet], csv: String) {
        self.sets = sets
        self.csv = csv
        var seen: Set<String> = []
        names = sets.reversed().flatMap(\.names).filter { seen.insert($0).inserted }
    }

    /// The standard catalogue with an operator's rows added (`MODELS_FILE`), all of which take precedence over the
    /// program's.
    ///
    /// - Parameter text: rows in the form of `models.csv`. The header must begin with `model`; the other columns are optional.
    /// - Throws: ``CatalogueError``, which names the line and column; also if models replace each other in a circle.
    public convenience init(addingRowsOf text: String) throws(CatalogueError) {
        let sections = try CatalogueText.sections(of: text)
        self.init(
            sections.reversed().map(RowSet.init) + Catalogue.standard.sets,
            csv: Catalogue.standard.csv + "\n# From MODELS_FILE.\n" + text)
        try checkReplacements(of: sections.joined())
    }

    /// The facts about a model. Never fails: a name without a row of its own gets the facts of the patterns that match it,
    /// at least those of `*`.
    public func model(named name: String) -> Model {
        if let cached = cache[name] { return cached }
        let model = assembledModel(named: name, hasOwnRow: hasRow(for: name))
        // Other names are not cached, because clients may send arbitrary ones.
        if model.hasOwnRow { cache[name] = model }
        return model
    }

    private func hasRow(for name: String) -> Bool {
        sets.contains { $0.hasRow(for: name) }
    }

    private func assembledModel(named name: String, hasOwnRow: Bool) -> Model {
        var row = Row()
        for set in sets { set.complete(&row, for: name) }
        return row.model(named: name, hasOwnRow: hasOwnRow)
    }

    /// - Throws: ``CatalogueError`` if a row's replacement leads back to a model that it replaces.
    private func checkReplacements(of rows: some Sequence<Row>) throws(CatalogueError) {
        // Patterns whose chains of replacements are known to end.
        var checked: Set<String> = []
        for row in rows {
            guard var next = row.replacement.value else { continue }
            var chain: Set = [row.pattern.text]
            var path = [row.pattern.text]
            while !checked.contains(next) {
                guard chain.insert(next).inserted else {
                    throw CatalogueError(
                        line: row.line, column: Column.replacement.rawValue,
                        reason: "models replace each other in a circle: \((path + [next]).joined(separator: " → "))")
                }
                path.append(next)
                guard let replacement = model(named: next).replacement else { break }
                next = replacement.name
            }
            checked.formUnion(chain)
        }
    }
}
