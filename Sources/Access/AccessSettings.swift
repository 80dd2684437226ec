internal import Files
internal import Settings

/// The configuration's keys and tokens of callers.
public struct AccessSettings: Sendable {
    /// The key that all callers share.
    var sharedKey: ConfiguredValue<KeyDigest>?
    /// The file of callers' keys.
    var keys: FileReading<KeyRing>?
    var tokens: Tokens?
    /// How long the keys and secrets in a file stay valid after it becomes unreadable.
    var grace: Duration

    /// The keys in the file of callers' keys; nil without one.
    public var keyEntries: [KeyEntry]? { keys?.content.entries }

    /// Whether callers can be told apart: whether there is more than the shared key.
    public var distinguishesCallers: Bool { keys != nil || tokens != nil }

    /// Whether the shared key, as read with the configuration, is the given text.
    public func sharesKey(_ text: String) -> Bool {
        sharedKey?.content == KeyDigest(of: text)
    }

    /// The tokens that are accepted.
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
