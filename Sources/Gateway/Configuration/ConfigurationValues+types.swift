internal import Models
internal import Settings
internal import Upstream

/// Settings whose types belong to the translation, the routes or the upstream connections.
extension ConfigurationValues {
    mutating func modelSelection(_ key: ConfigurationKey) -> ModelSelection? {
        guard let text = text(key) else { return nil }
        if let selection = ModelSelection(parsing: text) { return selection }
        refuse(key, text)
        return nil
    }

    /// The first base's map extends the standard map; another base's map contains only its own names for the same models.
    mutating func modelMap(_ key: ConfigurationKey, ofBase number: Int = 1) -> ModelMap? {
        guard let text = text(key, ofBase: number) else { return nil }
        do throws(ModelMapError) {
            return try ModelMap(parsing: text, onTopOf: number == 1 ? .standard : .empty)
        } catch {
            fail(key, ofBase: number, "the entry '\(error.entry)' is invalid; it must be \(key.allowed)")
            return nil
        }
    }

    mutating func passedPaths(_ key: ConfigurationKey) -> PassedPaths? {
        guard let text = text(key) else { return nil }
        if let paths = PassedPaths(parsing: text) { return paths }
        refuse(key, text)
        return nil
    }

    /// A path that is not the path of a route.
    mutating func statusPath(_ passedPaths: PassedPaths?) -> String? {
        guard let text = text(.statusPath) else { return nil }
        let isRoute = passedPaths.map { Route.select(text, passing: $0) != nil } ?? false
        if text.hasPrefix("/"), text.count > 1, !text.contains(where: { "?# ".contains($0) }), !isRoute { return text }
        refuse(.statusPath, text)
        return nil
    }

    /// An HTTP proxy's address, without a path.
    mutating func proxy(_ key: ConfigurationKey) -> Client.Proxy? {
        guard let text = text(key) else { return nil }
        guard let url = try? BaseURL(text), url.origin.scheme == .http, url.path.isEmpty else {
            // Not quoted: proxy addresses often contain a password.
            fail(key, "is invalid; it must be \(key.allowed)")
            return nil
        }
        return Client.Proxy(host: url.origin.host, port: url.origin.port)
    }
}

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

/// A PEM file of certificate authorities that are trusted in addition to the system's (`UPSTREAM_CA_FILE`).
enum AuthoritiesFile {
    /// The maximum size of the file, in bytes: the authorities of all browsers together take a quarter of a megabyte.
    static let sizeLimit = 4 << 20

    static func parse(_ bytes: [UInt8]) throws(ValueFault) -> Authorities {
        do throws(InvalidConfiguration) {
            return try Authorities(pem: bytes)
        } catch {
            throw ValueFault(error.description)
        }
    }
}
