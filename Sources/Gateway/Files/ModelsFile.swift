internal import Models

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A file with an operator's rows for the catalogue of models (`MODELS_FILE`).
enum ModelsFile {
    /// The catalogue with the file's rows on top.
    static func read(_ path: String) throws(ValueFault) -> Catalogue {
        guard let data = FileManager.default.contents(atPath: path) else { throw ValueFault("it cannot be read") }
        guard let text = String(data: data, encoding: .utf8) else { throw ValueFault("it is not UTF-8") }
        do throws(CatalogueError) {
            return try Catalogue(addingRowsOf: text)
        } catch {
            throw ValueFault(error.description)
        }
    }
}
