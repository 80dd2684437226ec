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
        let isRoute = passedPaths.map { Route(path: text, passing: $0) != nil } ?? false
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
