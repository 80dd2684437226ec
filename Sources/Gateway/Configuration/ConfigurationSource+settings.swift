#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension ConfigurationSource {
    /// The file of keys, if one is named.
    public var keysFilePath: String? { value(ConfigurationKey.keysFile.rawValue) }

    /// The directory in which processes keep their scoreboards, if one is named.
    public var stateDirectoryPath: String? { value(ConfigurationKey.stateDirectory.rawValue) }

    /// The key that callers share, for a request that gpt-proxy makes through its own web server; nil when there is none.
    public var sharedKey: String? {
        var values = ConfigurationValues(self)
        return values.secret(.proxyKey) { $0 }?.content
    }

    /// The secret whose text is all that a file holds, for a command; the file may be a pipe.
    ///
    /// - Throws: an error that says why it cannot be read.
    public static func secret(inFile path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else { throw ValueFault("cannot be read") }
        return try SecretFile.parse(Array(data))
    }

    /// The files that hold secrets.
    var secretFiles: [String] {
        let names =
            ConfigurationKey.allCases.filter(\.isSecret).map(\.rawValue)
            + furtherBases.map { ConfigurationKey.openAIKey.name(ofBase: $0) }
        let files = names.compactMap(file(ofSecret:))
        let isInEnvironmentFile = names.contains {
            !isInEnvironment($0) && file(ofSecret: $0) == nil && value($0) != nil
        }
        return isInEnvironmentFile ? [environmentFile] + files : files
    }

    /// Every key with its value as text, for people to read. Secrets are only said to be there.
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

    /// The numbers of the bases that have keys of their own.
    private var furtherBases: Range<Int> {
        let count = value(ConfigurationKey.base.rawValue)?.split(separator: ",").count ?? 1
        return 2..<max(2, count + 1)
    }
}
