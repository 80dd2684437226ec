internal import Configuration
internal import SystemPackage

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Where values are looked up: the environment, then the credentials directory, then the `.env` file.
public struct ConfigurationSource: Sendable {
    private let reader: ConfigReader

    /// - Parameters:
    ///   - environment: the process's environment variables.
    ///   - environmentFile: a file of `KEY=value` lines; nil takes `./.env` if it is there.
    /// - Throws: when a file or directory that was named cannot be read.
    public init(environment: [String: String], environmentFile: String? = nil) async throws {
        var providers: [any ConfigProvider] = [EnvironmentVariablesProvider(environmentVariables: environment)]
        if let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty {
            // The provider passes links over, as which Kubernetes lays out secrets; the files are where all of them lead.
            let linked = directory + "/..data"
            let files = FileManager.default.fileExists(atPath: linked) ? linked : directory
            providers.append(try await DirectoryFilesProvider(directoryPath: FilePath(files)))
        }
        providers.append(
            try await EnvironmentVariablesProvider(
                environmentFilePath: FilePath(environmentFile ?? ".env"), allowMissing: environmentFile == nil))
        reader = ConfigReader(providers: providers)
    }

    /// The value of a key, without the quotes that may stand around it; nil when it is nowhere or empty.
    func value(_ name: String) -> String? {
        guard var value = reader.string(forKey: ConfigKey([name])) else { return nil }
        while let last = value.last, last.isWhitespace { value.removeLast() }
        for quote: Character in ["\"", "'"] where value.count >= 2 && value.first == quote && value.last == quote {
            value = String(value.dropFirst().dropLast())
        }
        return value.isEmpty ? nil : value
    }
}
