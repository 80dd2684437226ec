internal import JSON

/// `tool_choice` and its legacy form, `function_call`.
extension ResponsesPayload {
    mutating func writeToolChoice(to writer: inout Writer) throws(RequestError) {
        if let choice = body.given("tool_choice") {
            writer.name("tool_choice")
            try Self.writeChoice(choice, "tool_choice", to: &writer)
        } else if let choice = body.given("function_call") {
            writer.name("tool_choice")
            if choice.kind == .string { return writer.value(choice) }
            try Self.writeName(of: choice, type: "function", "function_call", to: &writer)
        }
    }

    /// Writes a choice: a mode as a string, or an object that nests the tool in a member named after its type.
    private static func writeChoice(_ choice: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        if choice.kind == .string { return writer.value(choice) }
        let type = try choice.required("type", as: .string, in: path + ".").string ?? ""
        switch type {
        case "function":
            let named = try choice.required("function", as: .object, in: path + ".")
            try writeName(of: named, type: type, path + ".function", to: &writer)
        case "custom":
            let named = try choice.required("custom", as: .object, in: path + ".")
            try writeName(of: named, type: type, path + ".custom", to: &writer)
        case "allowed_tools":
            let allowed = try choice.required("allowed_tools", as: .object, in: path + ".")
            try writeAllowedTools(allowed, path + ".allowed_tools", to: &writer)
        default:
            throw .invalidValue(path + ".type", type, supported: "'function', 'custom', and 'allowed_tools'")
        }
    }

    private static func writeName(
        of named: Value, type: String, _ path: String, to writer: inout Writer
    ) throws(RequestError) {
        let name = try named.required("name", as: .string, in: path + ".")
        writer.object {
            $0.member("type", type)
            $0.member("name", name)
        }
    }

    private static func writeAllowedTools(
        _ allowed: Value, _ path: String, to writer: inout Writer
    ) throws(RequestError) {
        let mode = try allowed.required("mode", as: .string, in: path + ".")
        let tools = try allowed.required("tools", as: .array, in: path + ".")
        try writer.object { writer throws(RequestError) in
            writer.member("type", "allowed_tools")
            writer.member("mode", mode)
            writer.name("tools")
            try writer.array { writer throws(RequestError) in
                var index = 0
                for tool in tools.elements {
                    try writeChoice(tool, "\(path).tools[\(index)]", to: &writer)
                    index += 1
                }
            }
        }
    }
}
