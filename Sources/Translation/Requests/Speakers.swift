internal import JSON

/// The speakers' names (`name`), for which the Responses API has no field. If there are several names, each is written
/// before the text of its messages, as in a script. A single name distinguishes nothing, and is left out.
///
/// When a second name appears, the beginning of the conversation changes, once.
///
/// The text of assistant messages is unchanged: the model would learn to begin its own text with a name.
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

    /// The name to write before a message's text; nil to write none.
    func introduction(to message: Value) -> StringContents? {
        areSeveral ? Self.name(of: message) : nil
    }

    private static func name(of message: Value) -> StringContents? {
        guard let name = message["name"]?.stringContents, !name.isEmpty, let role = message["role"]?.stringContents
        else { return nil }
        return role == "user" || role == "system" || role == "developer" ? name : nil
    }
}
