import Testing
import Translation

struct ToolTests {
    private func body(_ fields: String) throws -> String {
        try proxied(#"{"prompt":"x",\#(fields)}"#).body
    }

    @Test(arguments: [
        (
            #"{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","b":1,"a":2.0}}}"#,
            #"{"type":"function","name":"f","description":"d","parameters":{"type":"object","b":1,"a":2.0},"strict":false}"#
        ),
        (
            #"{"type":"function","function":{"name":"f","strict":true}}"#,
            #"{"type":"function","name":"f","parameters":{"type":"object","properties":{}},"strict":true}"#
        ),
        (
            #"{"type":"custom","custom":{"name":"g","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"s: x"}}}}"#,
            #"{"type":"custom","name":"g","format":{"type":"grammar","syntax":"lark","definition":"s: x"}}"#
        ),
    ])
    func `a tool is flattened, with its schema unchanged`(given: String, sent: String) throws {
        #expect(try at(["tools"], in: body(#""tools":[\#(given)]"#)) == "[\(sent)]")
    }

    @Test func `legacy functions become tools, one call at a time`() throws {
        let body = try body(#""functions":[{"name":"f","parameters":{}}],"function_call":{"name":"f"}"#)
        #expect(
            try at(["tools"], in: body) == #"[{"type":"function","name":"f","parameters":{},"strict":false}]"#)
        #expect(try at(["tool_choice"], in: body) == #"{"type":"function","name":"f"}"#)
        #expect(try at(["parallel_tool_calls"], in: body) == "false")
    }

    @Test(arguments: [
        (#""auto""#, #""auto""#),
        (#"{"type":"function","function":{"name":"f"}}"#, #"{"type":"function","name":"f"}"#),
        (#"{"type":"custom","custom":{"name":"g"}}"#, #"{"type":"custom","name":"g"}"#),
        (
            #"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}}"#,
            #"{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]}"#
        ),
    ])
    func `every form of tool_choice is flattened`(given: String, sent: String) throws {
        #expect(try at(["tool_choice"], in: body(#""tool_choice":\#(given)"#)) == sent)
    }

    @Test func `web search options become the web search tool`() throws {
        let options = #"""
            "web_search_options":{"search_context_size":"low","user_location":{"type":"approximate",\#
            "approximate":{"country":"FR"}}}
            """#
        #expect(
            try at(["tools"], in: body(options)) == #"""
                [{"type":"web_search","search_context_size":"low","user_location":{"type":"approximate","country":"FR"}}]
                """#)
    }

    @Test func `a response schema is flattened and keeps its description`() throws {
        let format = #"""
            "response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"b":1,"a":2},\#
            "strict":true}}
            """#
        #expect(
            try at(["text", "format"], in: body(format))
                == #"{"type":"json_schema","name":"n","description":"d","schema":{"b":1,"a":2},"strict":true}"#)
    }
}
