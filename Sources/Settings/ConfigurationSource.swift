internal import Configuration
internal import Files
internal import SystemPackage

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The sources of settings: the environment, then the credentials directory, then the `.env` file.
public struct ConfigurationSource: Sendable {
    private let reader: ConfigReader
    private let environment: [String: String]
    private let credentials: FilePath?
    /// The path of the `.env` file, which may be missing.
    let environmentFile: String

    /// - Parameters:
    ///   - environment: the process's environment variables.
    ///   - environmentFile: a file of `KEY=value` lines; nil reads `./.env` if it exists.
    /// - Throws: when the given file or directory cannot be read, or does not respond.
    public init(environment: [String: String], environmentFile: String? = nil) async throws {
        try Self.waitForAnswer(of: [environmentFile ?? ".env"], environment["CREDENTIALS_DIRECTORY"])
        var providers: [any ConfigProvider] = [EnvironmentVariablesProvider(environmentVariables: environment)]
        self.environment = environment
        self.environmentFile = environmentFile ?? ".env"
        credentials = environment["CREDENTIALS_DIRECTORY"].flatMap { $0.isEmpty ? nil : FilePath($0) }
        if let credentials {
            // The provider skips links, and Kubernetes lays out secrets as links; the files are in the directory that all
            // links lead to.
            let linked = credentials.appending("..data")
            let files = FileManager.default.fileExists(atPath: linked.string) ? linked : credentials
            providers.append(try await DirectoryFilesProvider(directoryPath: files))
        }
        providers.append(
            try await EnvironmentVariablesProvider(
                environmentFilePath: FilePath(self.environmentFile), allowMissing: environmentFile == nil))
        reader = ConfigReader(providers: providers)
    }

    /// Reads the providers' files first, with a time limit: the providers would wait forever for a mount that does not
    /// respond.
    private static func waitForAnswer(of files: [String], _ directory: String?) throws(ValueFault) {
        let seconds = 10
        let hasAnswered = TimeLimit.run(seconds: Double(seconds)) {
            let credentials = directory.map { directory in
                let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
                return names.map { "\(directory)/\($0)" }
            }
            // The providers report the errors of their files.
            for file in files + (credentials ?? []) { _ = try? FileContents(of: file, limit: 1 << 20) }
            return true
        }
        guard hasAnswered == nil else { return }
        let names = (files + [directory].compactMap { $0 }).joined(separator: " or ")
        throw ValueFault(
            "\(names) did not answer within \(seconds) s; see whether the server of its mount can be reached")
    }

    /// The value of a setting, without quotes around it; nil if it is not set or empty.
    func value(_ name: String) -> String? {
        guard var value = reader.string(forKey: ConfigKey([name])) else { return nil }
        while let last = value.last, last.isWhitespace { value.removeLast() }
        for quote: Character in ["\"", "'"] where value.count >= 2 && value.first == quote && value.last == quote {
            value = String(value.dropFirst().dropLast())
        }
        return value.isEmpty ? nil : value
    }

    /// Whether the process's environment has the value.
    func isInEnvironment(_ name: String) -> Bool {
        environment[name]?.isEmpty == false
    }

    /// The file that contains a secret: in the credentials directory, or the one named by the setting with the suffix
    /// `_FILE`. Nil if the secret is set elsewhere, or not set.
    func file(ofSecret name: String) -> String? {
        if isInEnvironment(name) { return nil }
        if let path = credentials?.appending(name).string, FileVersion(of: path) != nil { return path }
        return value(name) == nil ? value(name + "_FILE") : nil
    }
}
