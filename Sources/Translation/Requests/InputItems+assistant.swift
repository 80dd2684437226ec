internal import JSON

/// Assistant messages: their content and their calls.
extension InputItems {
    mutating func writeAssistantMessage(
        _ message: Value, _ path: String, to writer: inout Writer
    ) throws(RequestError) {
        if message.given("audio") != nil {
            notices.dropped(path + ".audio", "is not supported by the Responses API; the text is kept")
        }
        noteName(of: message, path, isToldInText: false)
        let calls = try message.given("tool_calls", as: .array, in: path + ".")
        let legacyCall = try message.given("function_call", as: .object, in: path + ".")
        var list = calls?.elements ?? .empty
        var call = list.next()
        var reasoning = call.flatMap { self.reasoning(before: $0) }
        for item in reasoning?.beforeText ?? [] { writer.json(item) }
        let said = try AssistantContent(message, path)
        for part in said.partsWithBreakpoint {
            notices.dropped(
                part + ".prompt_cache_breakpoint", "is not supported by the Responses API in assistant messages")
        }
        if !said.isEmpty {
            let isAnswer = calls?.hasElements != true && legacyCall == nil
            said.write(phase: wantsPhase ? (isAnswer ? .finalAnswer : .commentary) : nil, to: &writer)
        }
        let firstCall = callCount
        while let present = call {
            for item in reasoning?.beforeCall ?? [] { writer.json(item) }
            try writeCall(present, "\(path).tool_calls[\(callCount - firstCall)]", to: &writer)
            call = list.next()
            reasoning = call.flatMap { self.reasoning(before: $0) }
        }
        if let legacyCall {
            let id = nextCallID(asked: nil, path)
            try writeFunctionCall(legacyCall, id: id, path + ".function_call", to: &writer)
        }
        if said.isEmpty, callCount == firstCall { notices.repaired(path, "is left out: it has no content or calls") }
        writeMissingResults(of: firstCall..<callCount, path, to: &writer)
    }

    private mutating func writeCall(_ call: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        let asked = try call.required("id", as: .string, in: path + ".").string
        let type = try call.stringIfGiven("type", in: path + ".") ?? "function"
        let id = nextCallID(asked: asked, path)
        switch type {
        case "function":
            let function = try call.required("function", as: .object, in: path + ".")
            try writeFunctionCall(function, id: id, path + ".function", to: &writer)
        case "custom":
            let custom = try call.required("custom", as: .object, in: path + ".")
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
        _ function: Value, id: String, _ path: String, to writer: inout Writer
    ) throws(RequestError) {
        let name = try function.required("name", as: .string, in: path + ".")
        let arguments = try function.given("arguments", as: .string, in: path + ".")
        writer.object {
            $0.member("type", "function_call")
            $0.member("call_id", id)
            $0.member("name", name)
            if let arguments { $0.member("arguments", arguments) } else { $0.member("arguments", "{}") }
        }
    }

    /// - Parameter asked: the client's id of the call; nil for a `function_call`, which has none.
    private mutating func nextCallID(asked: String?, _ path: String) -> String {
        let id = pairing.calls[callCount].id
        callCount += 1
        if let asked, asked != id { notices.repaired(path + ".id", Self.renaming(asked, to: id)) }
        return id
    }

    private static func renaming(_ asked: String, to id: String) -> String {
        if asked.isEmpty { return "is sent as '\(id)': an id must not be empty" }
        return asked.unicodeScalars.count > CallIDs.maximumLength
            ? "is sent as its hash, '\(id)': it has more than \(CallIDs.maximumLength) characters"
            : "is sent as '\(id)': another call has the same id"
    }
}
