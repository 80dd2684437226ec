internal import JSON

/// The names of those who speak (`name`), which the Responses API has no field for. Where several are named, each name is
/// put before what is said under it, as a reader of a script needs it; a single one tells nobody apart.
///
/// When a second name appears, the conversation's beginning changes, once.
///
/// What the model itself said keeps its words: with a name before them it would learn to begin so.
struct Speakers {
    private let areSeveral: Bool

    init(_ messages: Value) {
        var first: StringContents?
        areSeveral = messages.elements.contains { message in
            guard let name = Self.name(of: message) else { return false }
            if first == nil { first = name }
            return first != name
        }
    }

    /// What to put before a message's text.
    func introduction(to message: Value) -> StringContents? {
        areSeveral ? Self.name(of: message) : nil
    }

    private static func name(of message: Value) -> StringContents? {
        guard let name = message["name"]?.stringContents, !name.isEmpty, let role = message["role"]?.stringContents
        else { return nil }
        return role == "user" || role == "system" || role == "developer" ? name : nil
    }
}
