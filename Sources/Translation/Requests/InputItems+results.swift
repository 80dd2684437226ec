internal import JSON

/// Tool results.
extension InputItems {
    /// Writes a message with the role `tool`, or its legacy form, `function`.
    mutating func writeResult(_ message: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        if message["role"]?.isString("tool") == true {
            _ = try message.required("tool_call_id", as: .string, in: path + ".")
        }
        let answer = pairing.answers[resultCount]
        resultCount += 1
        switch answer {
        case .call(let index):
            let call = pairing.calls[index]
            try writeOutput(of: message, call.id, isCustom: call.isCustom, path, to: &writer)
        case .repetition:
            notices.repaired(path, "is left out: it repeats an earlier result")
        case .orphan(let id):
            notices.repaired(path, "is preceded by an inserted call: the call that it answers is missing")
            writer.object {
                $0.member("type", "function_call")
                $0.member("call_id", id)
                $0.name("name")
                if let name = message["name"]?.stringContents, !name.isEmpty {
                    $0.string { $0.append(name) }
                } else {
                    $0.string("unknown_function")
                }
                $0.member("arguments", "{}")
            }
            try writeOutput(of: message, id, isCustom: false, path, to: &writer)
        }
    }

    private func writeOutput(
        of message: Value, _ id: String, isCustom: Bool, _ path: String, to writer: inout Writer
    ) throws(RequestError) {
        try writer.object { writer throws(RequestError) in
            writer.member("type", isCustom ? "custom_tool_call_output" : "function_call_output")
            writer.member("call_id", id)
            writer.name("output")
            if let content = message.given("content") {
                try ContentParts.write(content, path + ".content", to: &writer)
            } else {
                writer.string("")
            }
        }
    }

    /// Writes the result `[no result]` for each of a message's calls that the conversation does not answer: the Responses API
    /// rejects a call without a result.
    mutating func writeMissingResults(of range: Range<Int>, _ path: String, to writer: inout Writer) {
        for call in pairing.calls[range] where !call.isAnswered {
            notices.repaired(path, "is followed by an inserted result: its call '\(call.id)' has none")
            writer.object {
                $0.member("type", call.isCustom ? "custom_tool_call_output" : "function_call_output")
                $0.member("call_id", call.id)
                $0.member("output", "[no result]")
            }
        }
    }
}
