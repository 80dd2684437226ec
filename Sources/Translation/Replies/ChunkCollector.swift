public import JSON

/// Joins the chunks of a stream of Chat Completions, or of the legacy API, into the whole reply that they make up: for clients
/// that asked for it of an upstream that streams.
public struct ChunkCollector {
    /// The members of the reply, from the first chunk that has them.
    private var head: [(name: String, value: Value)] = []
    private var choices: [Int: Choice] = [:]
    private var usage: Value?

    /// The error that the stream reported; nil if it reported none.
    public private(set) var failure: ReplyFailure?

    /// Creates a collector without chunks.
    public init() {}

    /// Takes a chunk. Anything else is ignored.
    public mutating func add(_ chunk: Value) {
        if let found = ReplyFailure(event: chunk) { failure = failure ?? found }
        guard let choices = chunk["choices"], choices.kind == .array else { return }
        for member in chunk.members where !["choices", "usage", "object", "error"].contains(member.name) {
            if head.count < 64, !head.contains(where: { $0.name == member.name }) {
                head.append((member.name, member.value))
            }
        }
        usage = chunk.given("usage") ?? usage
        for choice in choices.elements {
            self.choices[choice["index"]?.integer ?? 0, default: Choice()].add(choice)
        }
    }

    /// The whole reply; nil if it is not complete: a choice has no `finish_reason`, or there is none.
    ///
    /// - Parameter usage: replaces the usage that the chunks report; nil keeps it.
    public func body(usage: Usage? = nil) -> [UInt8]? {
        guard !choices.isEmpty, choices.values.allSatisfy(\.isFinished) else { return nil }
        var writer = Writer()
        writer.object { writer in
            for (name, value) in head {
                writer.name(text: name)
                writer.value(value)
            }
            let isChat = choices.values.contains(where: \.isChat)
            writer.member("object", isChat ? "chat.completion" : "text_completion")
            writer.name("choices")
            writer.array { writer in
                for (index, choice) in choices.sorted(by: { $0.key < $1.key }) { choice.write(index, to: &writer) }
            }
            if let usage {
                writer.name("usage")
                writer.chatUsage(usage)
            } else if let value = self.usage {
                writer.member("usage", value)
            }
        }
        return writer.bytes
    }
}

/// A choice that is made up of deltas.
private struct Choice {
    private(set) var isChat = false
    /// The legacy API's text.
    private var text = Joined()
    private var message = Joined()
    private var logprobs = Joined()
    private var finishReason: Value?

    var isFinished: Bool { finishReason != nil }

    mutating func add(_ choice: Value) {
        if let delta = choice.given("delta") ?? choice.given("message") {
            isChat = true
            message.add(delta)
        }
        if let text = choice.given("text") { self.text.add(text) }
        if let logprobs = choice.given("logprobs") { self.logprobs.add(logprobs) }
        finishReason = choice.given("finish_reason") ?? finishReason
    }

    func write(_ index: Int, to writer: inout Writer) {
        writer.object { writer in
            writer.member("index", index)
            writer.name(isChat ? "message" : "text")
            if isChat {
                message.write(to: &writer, required: ["role": "assistant", "content": nil])
            } else {
                text.write(to: &writer)
            }
            writer.name("logprobs")
            logprobs.write(to: &writer)
            if let finishReason { writer.member("finish_reason", finishReason) }
        }
    }
}

/// A value that arrives in pieces. Texts are concatenated. Members of objects are merged by name, elements of arrays by their
/// `index`; elements without an `index` are appended.
private indirect enum Joined {
    case nothing
    case text([StringContents])
    case object([(name: String, value: Joined)])
    case list([(index: Int?, value: Joined)])
    case other(Value)

    init() { self = .nothing }

    /// Identifiers, which servers repeat in each piece.
    private static let repeated: Set<String> = ["id", "type", "name", "role", "index"]

    /// How many members of an object, and how many numbered elements of a list, are joined. Real replies have far fewer; each is
    /// searched for.
    private static let limit = 256

    mutating func add(_ value: Value, named name: String = "") {
        switch value.kind {
        case .string:
            guard let contents = value.stringContents else { return }
            guard case .text(var pieces) = self else { return self = .text([contents]) }
            if Self.repeated.contains(name), pieces.contains(where: { !$0.isEmpty }) { return }
            // So that the pieces are not copied.
            self = .nothing
            pieces.append(contents)
            self = .text(pieces)
        case .object:
            var members: [(name: String, value: Joined)] = []
            if case .object(let known) = self { members = known }
            self = .nothing
            for member in value.members where member.name != "index" || name.isEmpty {
                if let place = members.firstIndex(where: { $0.name == member.name }) {
                    members[place].value.add(member.value, named: member.name)
                } else if members.count < Self.limit {
                    var joined = Joined()
                    joined.add(member.value, named: member.name)
                    members.append((member.name, joined))
                }
            }
            self = .object(members)
        case .array:
            var elements: [(index: Int?, value: Joined)] = []
            if case .list(let known) = self { elements = known }
            self = .nothing
            for element in value.elements {
                let index = element["index"]?.integer
                if let index, let place = elements.firstIndex(where: { $0.index == index }) {
                    elements[place].value.add(element, named: "element")
                } else if index == nil || elements.count < Self.limit {
                    var joined = Joined()
                    joined.add(element, named: "element")
                    elements.append((index, joined))
                }
            }
            self = .list(elements)
        case .null:
            if case .nothing = self { self = .other(value) }
        default:
            self = .other(value)
        }
    }

    func write(to writer: inout Writer, required: [String: String?] = [:]) {
        switch self {
        case .nothing: writer.null()
        case .text(let pieces):
            let text = StringContents(joining: pieces).wellFormed
            writer.string { $0.append(text) }
        case .object(let members):
            writer.object { writer in
                for (name, value) in required.sorted(by: { $0.key > $1.key })
                where !members.contains(where: { $0.name == name }) {
                    writer.name(text: name)
                    if let value { writer.string(value) } else { writer.null() }
                }
                for (name, value) in members {
                    writer.name(text: name)
                    value.write(to: &writer)
                }
            }
        case .list(let elements):
            writer.array { writer in for element in elements { element.value.write(to: &writer) } }
        case .other(let value): writer.value(value)
        }
    }
}
