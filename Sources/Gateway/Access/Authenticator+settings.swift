internal import Logging
internal import Upstream

extension Authenticator {
    /// - Parameter client: fetches the keys that issuers of tokens publish.
    init(_ settings: AccessSettings, client: Client, log: Logger) {
        key = settings.sharedKey.map { provided in
            Current(provided, .proxyKey, log: log) { try KeyDigest.ofSharedKey(SecretFile.read($0)) }
        }
        keys = settings.keys.map { reading in
            WatchedFile(reading, .keysFile, log: log) { try KeysFile(path: $0).read() }
        }
        tokens = settings.tokens.map { TokenVerifier(keys: .init($0.keys, client: client, log: log), rules: $0.rules) }
    }
}

extension TokenVerifier.Keys {
    fileprivate init(_ settings: AccessSettings.Tokens.Keys, client: Client, log: Logger) {
        switch settings {
        case .secret(let provided):
            self = .local(
                Current(provided, .tokenSecret, log: log) { try KeySet.ofSecret(SecretFile.read($0)) })
        case .file(let reading):
            self = .local(.watched(WatchedFile(reading, .tokenKeysFile, log: log) { try KeySet(path: $0) }))
        case .published(let address):
            self = .published(PublishedKeys(address, client: client, log: log))
        }
    }
}
