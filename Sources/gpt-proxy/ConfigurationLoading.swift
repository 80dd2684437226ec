internal import Gateway
internal import Models
internal import Translation

/// Reads the configuration for a command, and ends the program with a message when it cannot be used.
struct ConfigurationLoading {
    /// A file of `KEY=value` lines; nil takes `./.env` if it is there.
    var environmentFile: String?

    /// Where to look values up.
    func source() async throws -> ConfigurationSource {
        do {
            return try await ConfigurationSource(environment: Start.environment, environmentFile: environmentFile)
        } catch {
            throw Exit.configuration("cannot read the configuration: \(error)")
        }
    }

    /// The whole configuration, checked.
    func configuration() async throws -> Configuration {
        try Self.checked(try await source()) { source throws(ConfigurationError) in try Configuration(source) }
    }

    /// The part that translation needs, checked.
    func translationSettings() async throws -> TranslationSettings {
        try Self.checked(try await source()) { source throws(ConfigurationError) in try TranslationSettings(source) }
    }

    /// What is known of models, with the operator's rows.
    func catalogue() async throws -> Catalogue {
        try Self.checked(try await source()) { source throws(ConfigurationError) in try source.readCatalogue() }
    }

    private static func checked<T>(
        _ source: ConfigurationSource, _ read: (ConfigurationSource) throws(ConfigurationError) -> T
    ) throws -> T {
        do throws(ConfigurationError) {
            return try read(source)
        } catch {
            throw Exit.configuration(error.description)
        }
    }
}
