internal import Models
internal import Translation

/// The sender of a request, as logs and upstream may know it, and its permissions.
struct Caller: Sendable, Equatable {
    /// A name for logs, never a key.
    let label: String

    /// The models that it may use, by the requested name or the name sent; nil for all.
    var models: [ModelPattern]?

    /// The API that its requests are sent to (`target=`); nil uses the configuration's.
    var target: Target?

    /// The name of its limits in the web server's configuration (`limits=`).
    var limits: String?

    /// Whether it may see the upstream requests of its requests (`explain=yes`), which include upstream's address.
    var mayExplain = false

    func mayUse(_ model: String) -> Bool {
        models?.contains { $0.matches(model) } ?? true
    }
}
