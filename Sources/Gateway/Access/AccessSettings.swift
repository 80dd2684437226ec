internal import Files

/// Who may call, as the configuration has it.
struct AccessSettings: Sendable {
    /// The one key that all callers share.
    var sharedKey: ConfiguredValue<KeyDigest>?
    /// The file of callers' keys.
    var keys: FileReading<KeyRing>?
    var tokens: Tokens?
    /// How long the keys and secrets in a file stay valid when it cannot be read any more.
    var grace: Duration

    /// Which tokens are taken.
    struct Tokens: Sendable {
        enum Keys: Sendable {
            case secret(ConfiguredValue<KeySet>)
            case file(FileReading<KeySet>)
            case published(PublishedKeys.Address)
        }

        var keys: Keys
        var rules: TokenRules
    }
}
