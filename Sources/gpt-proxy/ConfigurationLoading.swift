internal import Gateway
internal import Models
internal import Settings
internal import Translation

/// Reads the configuration for a command. If it cannot be used, prints the reason and throws the exit code.
struct ConfigurationLoading {
    /// A file of `KEY=value` lines; nil means `./.env` if it exists.
    var environmentFile: String?

    /// The source of all settings.
    func source() async throws -> ConfigurationSource {
        do {
            return try await ConfigurationSource(environment: Start.environment, environmentFile: environmentFile)
        } catch {
            throw Exit.configuration("cannot read the configuration: \(error)")
        }
    }

    /// The whole configuration, validated.
    func configuration() async throws -> Configuration {
        try Self.checked(try await source()) { source throws(ConfigurationError) in try Configuration(source) }
    }

    /// The settings of translation, validated.
    func translationSettings() async throws -> TranslationSettings {
        try Self.checked(try await source()) { source throws(ConfigurationError) in try TranslationSettings(source) }
    }

    /// The catalogue of models, including the rows of `MODELS_FILE`.
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
