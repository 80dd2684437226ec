internal import JSON

/// Turns Chat Completions' messages into the Responses API's input items, in their own order and role. Nothing is
/// hoisted, and what has to be repaired is repaired the same way in every turn, so that a conversation's beginning stays the
/// same bytes.
struct InputItems {
    private let messages: Value
    /// Whether a message without a role is the user's, as on `/proxy`, or an error.
    private let roleIsOptional: Bool
    private let speakers: Speakers
    /// Whether the model wants to know which of its messages were answers.
    let wantsPhase: Bool
    private let recall: ReasoningRecall
    var notices: Notices

    /// Which call and which result are the next to be written.
    let pairing: CallPairing
    var callCount = 0
    var resultCount = 0
    /// The calls before which reasoning was put back, by the ids that the client knows. No item may be there twice.
    private(set) var recalledCallIDs: Set<String> = []

    init(
        _ messages: Value, roleIsOptional: Bool, wantsPhase: Bool, notices: Notices,
        recalling recall: @escaping ReasoningRecall
    ) {
        self.messages = messages
        self.roleIsOptional = roleIsOptional
        self.wantsPhase = wantsPhase
        self.notices = notices
        self.recall = recall
        speakers = Speakers(messages)
        pairing = CallPairing(messages)
    }

    mutating func write(to writer: inout Writer) throws(RequestError) {
        writer.name("input")
        let start = writer.bytes.count
        try writer.array { writer throws(RequestError) in
            var index = 0
            for message in messages.elements {
                try write(message, "messages[\(index)]", to: &writer)
                index += 1
            }
        }
        guard writer.bytes.count > start + "[]".utf8.count else {
            throw RequestError(
                message: "Invalid 'messages': they say nothing. Expected at least one with content.", param: "messages",
                code: "empty_array")
        }
    }

    private mutating func write(_ message: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        guard message.kind == .object else {
            throw .invalidType(path, expected: "an object", got: message.kind.described)
        }
        let role = try message.stringIfGiven("role", in: path + ".") ?? (roleIsOptional ? "user" : nil)
        switch role {
        case "system", "developer", "user":
            try writeMessage(message, role: role ?? "", path, to: &writer)
        case "assistant":
            try writeAssistantMessage(message, path, to: &writer)
        case "tool", "function":
            try writeResult(message, path, to: &writer)
        case nil:
            throw .missing(path + ".role")
        case let other?:
            throw .invalidValue(
                path + ".role", other,
                supported: "'system', 'developer', 'user', 'assistant', 'tool', and 'function'")
        }
    }

    private mutating func writeMessage(
        _ message: Value, role: String, _ path: String, to writer: inout Writer
    ) throws(RequestError) {
        guard let content = message.given("content") else { throw .missing(path + ".content") }
        let introduction = speakers.introduction(to: message)
        noteName(of: message, path, isToldInText: introduction != nil)
        try writer.object { writer throws(RequestError) in
            writer.member("role", role)
            writer.name("content")
            try ContentParts.write(content, path + ".content", after: introduction, to: &writer)
        }
    }

    /// The reasoning that led to a call, unless it was put back already.
    mutating func reasoning(before call: Value) -> KeptReasoning? {
        guard let id = call["id"]?.string, !recalledCallIDs.contains(id), let reasoning = recall(id) else { return nil }
        recalledCallIDs.insert(id)
        return reasoning
    }

    mutating func noteName(of message: Value, _ path: String, isToldInText: Bool) {
        guard message.given("name") != nil else { return }
        notices.repaired(
            path + ".name",
            isToldInText
                ? "is put before the text: the Responses API has no names of speakers"
                : "is not sent: the Responses API has no names of speakers")
    }
}
