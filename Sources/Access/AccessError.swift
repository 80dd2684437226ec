/// The reason why a request is not accepted.
public enum AccessError: Error, Sendable {
    /// There is no key, the key is unknown or expired, or two headers identify different callers.
    case invalidKey
    /// The token is invalid.
    case invalidToken(TokenFault)
    /// The key or token was valid until its file became unreadable for longer than `KEYS_FILE_GRACE`, or the keys of tokens
    /// could not be fetched yet.
    case keysUnreadable
}
