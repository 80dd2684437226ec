public import Files
public import Logging
public import Scoreboard
internal import Settings
public import Upstream

extension Authenticator {
    /// - Parameters:
    ///   - settings: the configuration's keys and tokens.
    ///   - client: fetches the keys that token issuers publish.
    ///   - files: watches the files of keys and secrets.
    ///   - scoreboard: shows other processes which version of the keys file is in force; nil for none.
    ///   - log: logs that published keys were fetched, or why not.
    public init(_ settings: AccessSettings, client: Client, files: FileWatch, scoreboard: Scoreboard?, log: Logger) {
        let grace = settings.grace
        key = settings.sharedKey.map { Reloadable($0, .proxyKey, files, grace: grace) }
        keys = settings.keys.map { reading in
            files.watch(reading, as: ConfigurationKey.keysFile.rawValue, grace: grace) { ring in
                scoreboard?.note(keysVersion: ring.version)
            }
        }
        tokens = settings.tokens.map { tokens in
            TokenVerifier(
                keys: .init(tokens.keys, client: client, files: files, grace: grace, log: log), rules: tokens.rules)
        }
    }
}

extension TokenVerifier.Keys {
    fileprivate init(
        _ settings: AccessSettings.Tokens.Keys, client: Client, files: FileWatch, grace: Duration, log: Logger
    ) {
        switch settings {
        case .secret(let provided): self = .local(Reloadable(provided, .tokenSecret, files, grace: grace))
        case .file(let reading): self = .local(Reloadable(.file(reading), .tokenKeysFile, files, grace: grace))
        case .published(let address): self = .published(PublishedKeys(address, client: client, log: log))
        }
    }
}
