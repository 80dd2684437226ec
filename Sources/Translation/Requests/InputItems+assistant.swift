internal import JSON

/// What the assistant said and called.
extension InputItems {
    mutating func writeAssistantMessage(
        _ message: Value, _ path: String, to writer: inout Writer
    ) throws(RequestError) {
        if message.given("audio") != nil {
            notices.dropped(path + ".audio", "is not known to the Responses API; the text is kept")
        }
        noteName(of: message, path, isToldInText: false)
        let calls = try message.given("tool_calls", as: .array, in: path + ".")
        let legacyCall = try message.given("function_call", as: .object, in: path + ".")
        let first = calls?.elements.first { _ in true }?["id"]?.string.flatMap(recall)
        if let first, first.precedesText { writeReasoning(first, to: &writer) }
        let said = try AssistantContent(message, path)
        if !said.isEmpty {
            said.write(to: &writer)
        } else if calls == nil, legacyCall == nil {
            notices.repaired(path, "is left out: it says nothing")
        }
        let firstCall = callCount
        var index = 0
        for call in calls?.elements ?? .empty {
            let path = "\(path).tool_calls[\(index)]"
            if index > 0 || first?.precedesText != true, let reasoning = call["id"]?.string.flatMap(recall) {
                writeReasoning(reasoning, to: &writer)
            }
            try writeCall(call, path, to: &writer)
            index += 1
        }
        if let legacyCall {
            let id = nextCallID(asked: nil, path)
            try writeFunctionCall(legacyCall, id: id, path + ".function_call", to: &writer)
        }
        writeMissingResults(of: firstCall..<callCount, path, to: &writer)
    }

    private mutating func writeReasoning(_ reasoning: KeptReasoning, to writer: inout Writer) {
        for item in reasoning.items { writer.json(item) }
        recalledCallIDs.append(reasoning.callID)
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

    /// - Parameter asked: the id that the client gave the call, if calls of its kind have one.
    private mutating func nextCallID(asked: String?, _ path: String) -> String {
        let id = pairing.calls[callCount].id
        callCount += 1
        if let asked, asked != id { notices.repaired(path + ".id", Self.renaming(asked, to: id)) }
        return id
    }

    private static func renaming(_ asked: String, to id: String) -> String {
        asked.unicodeScalars.count > CallIDs.maximumLength
            ? "is sent as its hash, '\(id)': it has more than \(CallIDs.maximumLength) characters"
            : "is sent as '\(id)', for another call has the same"
    }
}
