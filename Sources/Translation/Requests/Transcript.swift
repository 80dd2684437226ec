internal import JSON

/// A conversation as one string, in the original proxy's format: for each message `[role]`, a newline, its content without
/// white space at both ends, and a newline; the blocks are joined by a newline, `---` and a newline.
struct Transcript {
    private struct Block {
        /// Nil if the message has no role.
        let role: StringContents?
        let content: StringContents
    }

    private var blocks: [Block] = []

    /// Nil if a string cannot represent the conversation, because it has refusals, audio, tool calls, tool results, or
    /// content other than text.
    init?(_ messages: Value) throws(RequestError) {
        var index = 0
        for message in messages.elements {
            let path = "messages[\(index)]"
            guard message.kind == .object else {
                throw .invalidType(path, expected: "an object", got: message.kind.described)
            }
            guard let block = try Self.block(message, path) else { return nil }
            blocks.append(block)
            index += 1
        }
    }

    private static func block(_ message: Value, _ path: String) throws(RequestError) -> Block? {
        let role = try message.given("role", as: .string, in: path + ".")?.stringContents
        if let role, role == "tool" || role == "function" { return nil }
        let losable: [StaticString] = ["tool_calls", "function_call", "refusal", "audio"]
        guard losable.allSatisfy({ message.given($0) == nil }) else { return nil }
        guard let content = message.given("content") else {
            return Block(role: role, content: StringContents(joining: []))
        }
        if let text = content.stringContents { return Block(role: role, content: text.trimmed) }
        guard content.kind == .array else {
            throw .invalidType(path + ".content", expected: "a string or an array", got: content.kind.described)
        }
        var texts: [StringContents] = []
        for part in content.elements {
            guard part["type"]?.isString("text") == true, let text = part["text"]?.stringContents else { return nil }
            texts.append(text)
        }
        return Block(role: role, content: StringContents(joining: texts).trimmed)
    }

    func write(to writer: inout Writer) {
        writer.name("input")
        writer.string { string in
            for (index, block) in blocks.enumerated() {
                if index > 0 { string.append("\n---\n") }
                string.append("[")
                if let role = block.role { string.append(role) } else { string.append("user") }
                string.append("]\n")
                string.append(block.content)
                string.append("\n")
            }
        }
    }
}
