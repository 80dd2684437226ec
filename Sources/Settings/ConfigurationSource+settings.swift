#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension ConfigurationSource {
    /// The path of the keys file, if it is set.
    public var keysFilePath: String? { value(ConfigurationKey.keysFile.rawValue) }

    /// The path of `STATE_DIR`, if it is set.
    public var stateDirectoryPath: String? { value(ConfigurationKey.stateDirectory.rawValue) }

    /// The shared key, for a request that gpt-proxy sends through its own web server; nil if there is none.
    public var sharedKey: String? {
        var values = ConfigurationValues(self)
        return values.secret(.proxyKey) { $0 }?.content
    }

    /// Reads a secret from a file that contains nothing else, for a command; the file may be a pipe.
    ///
    /// - Throws: an error that describes why the secret cannot be read.
    public static func secret(inFile path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else { throw ValueFault("cannot be read") }
        return try SecretFile.parse(Array(data))
    }

    /// The files that hold secrets.
    public var secretFiles: [String] {
        let names =
            ConfigurationKey.allCases.filter(\.isSecret).map(\.rawValue)
            + furtherBases.map { ConfigurationKey.openAIKey.name(ofBase: $0) }
        let files = names.compactMap(file(ofSecret:))
        let isInEnvironmentFile = names.contains {
            !isInEnvironment($0) && file(ofSecret: $0) == nil && value($0) != nil
        }
        return isInEnvironmentFile ? [environmentFile] + files : files
    }

    /// Every setting with its value as text, for people. For secrets, only whether they are set.
    public func settings() -> [String] {
        let settings = ConfigurationKey.allCases.map { setting($0, ofBase: 1) }
        return settings + furtherBases.flatMap { [setting(.openAIKey, ofBase: $0), setting(.modelMap, ofBase: $0)] }
    }

    private func setting(_ key: ConfigurationKey, ofBase number: Int) -> String {
        var values = ConfigurationValues(self)
        let shown =
            key.isSecret
            ? values.secret(key, ofBase: number) { _ in "(set, not shown)" }?.content : values.text(key, ofBase: number)
        return "\(key.name(ofBase: number))=\(shown ?? "")"
    }

    /// The numbers of the second and later bases.
    private var furtherBases: Range<Int> {
        let count = value(ConfigurationKey.base.rawValue)?.split(separator: ",").count ?? 1
        return 2..<max(2, count + 1)
    }
}
