internal import Models
internal import Settings

/// A file with an operator's rows for the catalogue of models (`MODELS_FILE`).
enum ModelsFile {
    /// The maximum size of the file, in bytes.
    static let sizeLimit = 4 << 20

    /// The catalogue with the file's rows, which take precedence.
    static func parse(_ bytes: [UInt8]) throws(ValueFault) -> Catalogue {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw ValueFault("it is not UTF-8") }
        do throws(CatalogueError) {
            return try Catalogue(addingRowsOf: text)
        } catch {
            throw ValueFault(error.description)
        }
    }
}
