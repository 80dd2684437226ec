internal import Crypto
public import Models
public import Translation

/// The sender of a request, as logs and upstream may know it, and its permissions.
public struct Caller: Sendable, Equatable {
    /// Who the caller is: what is kept for one identity is never given to another.
    public enum Identity: Sendable, Hashable {
        /// All callers with the shared key.
        case sharedKey
        /// The keys with that label in the keys file.
        case key(label: String)
        /// A subject (`sub`) of an issuer (`iss`; nil if it is not checked).
        case token(issuer: String?, subject: String)
    }

    /// Who the caller is.
    public let identity: Identity

    /// A name for logs, never a key. Labels of token holders begin with `jwt:`, which no label of a key does.
    public let label: String

    /// The models that it may use, by the requested name or the name sent; nil for all.
    public var models: [ModelPattern]?

    /// The API that its requests are sent to (`target=`); nil uses the configuration's.
    public var target: Target?

    /// The name of its limits in the web server's configuration (`limits=`).
    public var limits: String?

    /// Whether it may see the upstream requests of its requests (`explain=yes`), which include upstream's address.
    public var mayExplain = false

    /// Whether it may use a model.
    public func mayUse(_ model: String) -> Bool {
        models?.contains { $0.matches(model) } ?? true
    }
}

extension Caller.Identity {
    /// Text that is the same for the same text of the same caller, and different for another caller's: the SHA-256 of both,
    /// in hexadecimal.
    public func scoped(_ text: String) -> String {
        let parts =
            switch self {
            case .sharedKey: ["shared"]
            case .key(let label): ["key", label]
            case .token(let issuer, let subject): ["token", issuer ?? "", subject]
            }
        // Lengths first, so that no two lists of parts give the same bytes.
        var hash = SHA256()
        for part in parts + [text] {
            hash.update(data: Array("\(part.utf8.count):\(part)".utf8))
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
