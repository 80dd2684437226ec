public import Models
public import Translation

/// The sender of a request, as logs and upstream may know it, and its permissions.
public struct Caller: Sendable, Equatable {
    /// A name for logs, never a key.
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
