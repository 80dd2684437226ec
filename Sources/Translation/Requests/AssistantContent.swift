internal import JSON

/// The content of an assistant message in the history: text, refusals, or nothing.
struct AssistantContent {
    private enum Piece {
        case text(StringContents)
        case refusal(StringContents)
    }

    /// The `phase` of an assistant message. Chat Completions has no such field: a message with tool calls counts as
    /// commentary, any other as a final answer.
    enum Phase: String {
        /// Text that accompanies tool calls.
        case commentary
        case finalAnswer = "final_answer"
    }

    private var pieces: [Piece] = []
    /// The paths of parts that have a `prompt_cache_breakpoint`.
    private(set) var partsWithBreakpoint: [String] = []
    private var hasRefusal = false

    init(_ message: Value, _ path: String) throws(RequestError) {
        if let content = message.given("content") {
            switch content.kind {
            case .string: if let text = content.stringContents { add(.text(text)) }
            case .array: try addParts(content, path + ".content")
            default:
                throw .invalidType(path + ".content", expected: "a string or an array", got: content.kind.described)
            }
        }
        if let refusal = try message.given("refusal", as: .string, in: path + ".")?.stringContents {
            add(.refusal(refusal))
        }
    }

    var isEmpty: Bool { pieces.isEmpty }

    private mutating func addParts(_ content: Value, _ path: String) throws(RequestError) {
        var index = 0
        for part in content.elements {
            let path = "\(path)[\(index)]"
            if part.given("prompt_cache_breakpoint") != nil { partsWithBreakpoint.append(path) }
            switch try part.required("type", as: .string, in: path + ".").string {
            case "text":
                let text = try part.required("text", as: .string, in: path + ".")
                if let text = text.stringContents { add(.text(text)) }
            case "refusal":
                let refusal = try part.required("refusal", as: .string, in: path + ".")
                if let refusal = refusal.stringContents { add(.refusal(refusal)) }
            case let other:
                throw .invalidValue(path + ".type", other ?? "", supported: "'text' and 'refusal'")
            }
            index += 1
        }
    }

    private mutating func add(_ piece: Piece) {
        switch piece {
        case .text(let text): if text.isEmpty { return }
        case .refusal(let text):
            if text.isEmpty { return }
            hasRefusal = true
        }
        pieces.append(piece)
    }

    /// Text alone is sent as a string, because an `output_text` part requires fields that Chat Completions does not have.
    func write(phase: Phase?, to writer: inout Writer) {
        writer.object {
            $0.member("role", "assistant")
            $0.name("content")
            if hasRefusal { writeParts(to: &$0) } else { writeString(to: &$0) }
            if let phase { $0.member("phase", phase.rawValue) }
        }
    }

    private func writeString(to writer: inout Writer) {
        writer.string { string in
            for case .text(let text) in pieces { string.append(text) }
        }
    }

    private func writeParts(to writer: inout Writer) {
        writer.array { writer in
            for piece in pieces {
                writer.object {
                    switch piece {
                    case .text(let text):
                        $0.member("type", "output_text")
                        $0.member("text", text)
                        $0.name("annotations")
                        $0.array { _ in }
                    case .refusal(let refusal):
                        $0.member("type", "refusal")
                        $0.member("refusal", refusal)
                    }
                }
            }
        }
    }
}
