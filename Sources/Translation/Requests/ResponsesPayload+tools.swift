internal import JSON

/// Tools. Chat Completions nests their fields in an object; in the Responses API they are flat.
extension ResponsesPayload {
    mutating func writeTools(to writer: inout Writer) throws(RequestError) {
        let tools = try body.given("tools", as: .array)
        let functions = try body.given("functions", as: .array)
        let webSearch = try body.given("web_search_options", as: .object)
        if tools != nil || functions != nil || webSearch != nil {
            writer.name("tools")
            try writer.array { writer throws(RequestError) in
                try writeEach(of: tools, "tools", to: &writer, Self.writeTool)
                try writeEach(of: functions, "functions", to: &writer, Self.writeFunction)
                if let webSearch { try Self.writeWebSearch(webSearch, to: &writer) }
            }
        }
        try writeToolChoice(to: &writer)
        if let parallel = try body.boolIfGiven("parallel_tool_calls") {
            writer.member("parallel_tool_calls", parallel)
        } else if functions != nil, tools == nil {
            // A response with the legacy `function_call` can hold only one call.
            writer.member("parallel_tool_calls", false)
        }
    }

    private func writeEach(
        of list: Value?, _ path: String, to writer: inout Writer,
        _ write: (Value, String, inout Writer) throws(RequestError) -> Void
    ) throws(RequestError) {
        var index = 0
        for element in list?.elements ?? .empty {
            try write(element, "\(path)[\(index)]", &writer)
            index += 1
        }
    }

    private static func writeTool(_ tool: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        switch try tool.required("type", as: .string, in: path + ".").string {
        case "function":
            let function = try tool.required("function", as: .object, in: path + ".")
            try writeFunction(function, path + ".function", to: &writer)
        case "custom":
            let custom = try tool.required("custom", as: .object, in: path + ".")
            try writeCustomTool(custom, path + ".custom", to: &writer)
        case let other:
            throw .invalidValue(path + ".type", other ?? "", supported: "'function' and 'custom'")
        }
    }

    /// `strict` is always sent: if it is missing, Chat Completions uses the schema unchanged, but the Responses API
    /// rewrites it. `parameters` is optional in Chat Completions only.
    private static func writeFunction(_ function: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        let name = try function.required("name", as: .string, in: path + ".")
        let parameters = try function.given("parameters", as: .object, in: path + ".")
        let strict = function.given("strict")
        writer.object {
            $0.member("type", "function")
            $0.member("name", name)
            $0.memberIfGiven("description", of: function)
            $0.name("parameters")
            if let parameters {
                $0.value(parameters)
            } else {
                $0.object {
                    $0.member("type", "object")
                    $0.name("properties")
                    $0.object { _ in }
                }
            }
            if let strict { $0.member("strict", strict) } else { $0.member("strict", false) }
        }
    }

    private static func writeCustomTool(_ tool: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        let name = try tool.required("name", as: .string, in: path + ".")
        let format = try tool.given("format", as: .object, in: path + ".")
        let grammar = try format?.given("grammar", as: .object, in: path + ".format.")
        writer.object {
            $0.member("type", "custom")
            $0.member("name", name)
            $0.memberIfGiven("description", of: tool)
            guard let format else { return }
            $0.name("format")
            $0.object {
                $0.memberIfGiven("type", of: format)
                guard let grammar else { return }
                for member in grammar.members { $0.member(member) }
            }
        }
    }

    private static func writeWebSearch(_ options: Value, to writer: inout Writer) throws(RequestError) {
        let path = "web_search_options."
        let location = try options.given("user_location", as: .object, in: path)
        let approximate = try location?.given("approximate", as: .object, in: path + "user_location.")
        writer.object {
            $0.member("type", "web_search")
            $0.memberIfGiven("search_context_size", of: options)
            guard let approximate else { return }
            $0.name("user_location")
            $0.object {
                $0.member("type", "approximate")
                for member in approximate.members { $0.member(member) }
            }
        }
    }
}
