internal import JSON

/// Converts Chat Completions messages to Responses API input items, in the same order and with the same roles. No message
/// is moved to `instructions`, and repairs are the same in every turn, so that the beginning of a conversation stays
/// byte-identical.
struct InputItems {
    private let messages: Value
    /// Whether a message without a role is a user message, as on `/proxy`, or an error.
    private let roleIsOptional: Bool
    private let speakers: Speakers
    /// Whether assistant messages are sent with their `phase`.
    let wantsPhase: Bool
    private let recall: ReasoningRecall
    var notices: Notices

    /// The matched calls and results, and how many of each have been written.
    let pairing: CallPairing
    var callCount = 0
    var resultCount = 0
    /// The calls before which cached reasoning was inserted, by the client's ids. No item may occur twice.
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
                message: "Invalid 'messages': no message has content. Expected at least one.", param: "messages",
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

    /// The cached reasoning that led to a call; nil if there is none, or if it has been inserted already.
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
                ? "is written before the text: the Responses API has no field for a speaker's name"
                : "is not sent: the Responses API has no field for a speaker's name")
    }
}
