internal import JSON

/// Turns Chat Completions' messages into the Responses API's input items, in their own order and role. Nothing is
/// hoisted, so that a conversation's beginning stays the same bytes from turn to turn.
struct InputItems {
    var notices: Notices
    /// Whether a message without a role is the user's, as on `/proxy`, or an error.
    let roleIsOptional: Bool
    /// Calls of custom tools: their results are items of another type.
    private var customCalls: Set<String> = []
    /// How many `function_call`s, which have no ids of their own, there have been.
    private var legacyCallCount = 0

    init(notices: Notices, roleIsOptional: Bool) {
        self.notices = notices
        self.roleIsOptional = roleIsOptional
    }

    mutating func write(_ messages: Value, to writer: inout Writer) throws(RequestError) {
        writer.name("input")
        try writer.array { writer throws(RequestError) in
            var index = 0
            for message in messages.elements {
                try write(message, "messages[\(index)]", to: &writer)
                index += 1
            }
        }
    }

    private mutating func write(_ message: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        guard message.kind == .object else {
            throw .invalidType(path, expected: "an object", got: message.kind.described)
        }
        let role = try message.stringIfGiven("role", in: path + ".") ?? (roleIsOptional ? "user" : nil)
        if message.given("name") != nil, role != "function" {
            notices.repaired(path + ".name", "is not sent: the Responses API has no names of speakers")
        }
        switch role {
        case "system", "developer", "user":
            try writeMessage(message, role: role ?? "", path, to: &writer)
        case "assistant":
            try writeAssistantMessage(message, path, to: &writer)
        case "tool":
            try writeToolResult(message, path, to: &writer)
        case "function":
            try writeLegacyResult(message, path, to: &writer)
        case nil:
            throw .missing(path + ".role")
        case let other?:
            throw .invalidValue(
                path + ".role", other,
                supported: "'system', 'developer', 'user', 'assistant', 'tool', and 'function'")
        }
    }

    private func writeMessage(
        _ message: Value, role: String, _ path: String, to writer: inout Writer
    ) throws(RequestError) {
        guard let content = message.given("content") else { throw .missing(path + ".content") }
        try writer.object { writer throws(RequestError) in
            writer.member("role", role)
            writer.name("content")
            try ContentParts.write(content, path + ".content", to: &writer)
        }
    }

    // MARK: Assistant

    private mutating func writeAssistantMessage(
        _ message: Value, _ path: String, to writer: inout Writer
    ) throws(RequestError) {
        if message.given("audio") != nil {
            notices.dropped(path + ".audio", "is not known to the Responses API; the text is kept")
        }
        let said = try AssistantContent(message, path)
        if !said.isEmpty { said.write(to: &writer) }
        var index = 0
        for call in try message.given("tool_calls", as: .array, in: path + ".")?.elements ?? .empty {
            try writeCall(call, "\(path).tool_calls[\(index)]", to: &writer)
            index += 1
        }
        if let call = try message.given("function_call", as: .object, in: path + ".") {
            legacyCallCount += 1
            try writeFunctionCall(
                call, id: { $0.member("call_id", legacyCallID) }, path + ".function_call", to: &writer)
        }
    }

    private mutating func writeCall(_ call: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        let id = try call.required("id", as: .string, in: path + ".")
        let type = try call.stringIfGiven("type", in: path + ".") ?? "function"
        switch type {
        case "function":
            let function = try call.required("function", as: .object, in: path + ".")
            try writeFunctionCall(function, id: { $0.member("call_id", id) }, path + ".function", to: &writer)
        case "custom":
            let custom = try call.required("custom", as: .object, in: path + ".")
            customCalls.insert(id.string ?? "")
            let name = try custom.required("name", as: .string, in: path + ".custom.")
            let input = try custom.required("input", as: .string, in: path + ".custom.")
            writer.object {
                $0.member("type", "custom_tool_call")
                $0.member("call_id", id)
                $0.member("name", name)
                $0.member("input", input)
            }
        default:
            throw .invalidValue(path + ".type", type, supported: "'function' and 'custom'")
        }
    }

    private func writeFunctionCall(
        _ function: Value, id: (inout Writer) -> Void, _ path: String, to writer: inout Writer
    ) throws(RequestError) {
        let name = try function.required("name", as: .string, in: path + ".")
        let arguments = try function.given("arguments", as: .string, in: path + ".")
        writer.object {
            $0.member("type", "function_call")
            id(&$0)
            $0.member("name", name)
            if let arguments { $0.member("arguments", arguments) } else { $0.member("arguments", "{}") }
        }
    }

    // MARK: Results

    private func writeToolResult(_ message: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        let id = try message.required("tool_call_id", as: .string, in: path + ".")
        let isCustom = customCalls.contains(id.string ?? "")
        try writer.object { writer throws(RequestError) in
            writer.member("type", isCustom ? "custom_tool_call_output" : "function_call_output")
            writer.member("call_id", id)
            try writeOutput(message, path, to: &writer)
        }
    }

    /// The result of the `function_call` before it.
    private func writeLegacyResult(_ message: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        try writer.object { writer throws(RequestError) in
            writer.member("type", "function_call_output")
            writer.member("call_id", legacyCallID)
            try writeOutput(message, path, to: &writer)
        }
    }

    private func writeOutput(_ message: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        writer.name("output")
        if let content = message.given("content") {
            try ContentParts.write(content, path + ".content", to: &writer)
        } else {
            writer.string("")
        }
    }

    /// An id for the last `function_call`: the same for the call and its result, and the same in every later turn.
    private var legacyCallID: String { "call_function_\(legacyCallCount)" }
}
