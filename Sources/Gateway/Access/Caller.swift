internal import Models
internal import Translation

/// Who sent a request, as far as logs and upstream may know, and what it may do.
struct Caller: Sendable, Equatable {
    /// A name for people and logs, never a key.
    let label: String

    /// The models that it may use, by the name that it asks for or the one that is sent; nil for all.
    var models: [ModelPattern]?

    /// The API that upstream is asked in for it (`target=`); nil leaves that to the configuration.
    var target: Target?

    /// The word by which the web server knows what it is limited to (`limits=`).
    var limits: String?

    /// Whether it may see what its requests become (`explain=yes`), and with it where upstream is.
    var mayExplain = false

    func mayUse(_ model: String) -> Bool {
        models?.contains { $0.matches(model) } ?? true
    }
}
