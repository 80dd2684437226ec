import Testing
import Translation

/// Messages as items of the Responses API.
struct InputItemsTests {
    private func input(_ messages: String) throws -> String? {
        try at(["input"], in: try proxied(#"{"messages":[\#(messages)]}"#) { $0.inputFormat = .items }.body)
    }

    @Test(arguments: ["system", "developer", "user"])
    func `messages become items with the same order and roles`(role: String) throws {
        let first = #"{"role":"user","content":"a"}"#
        let second = #"{"role":"\#(role)","content":"b"}"#
        #expect(try input("\(first),\(second)") == "[\(first),\(second)]")
    }

    @Test func `an image's URL moves up and its detail becomes explicit`() throws {
        let parts = #"""
            {"type":"text","text":"what?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},\#
            {"type":"image_url","image_url":{"url":"https://x/y","detail":"low"}}
            """#
        #expect(
            try input(#"{"role":"user","content":[\#(parts)]}"#) == #"""
                [{"role":"user","content":[{"type":"input_text","text":"what?"},\#
                {"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"auto"},\#
                {"type":"input_image","image_url":"https://x/y","detail":"low"}]}]
                """#)
    }

    @Test func `a file is no longer nested`() throws {
        #expect(
            try input(#"{"role":"user","content":[{"type":"file","file":{"file_id":"file-1","filename":"a.pdf"}}]}"#)
                == #"[{"role":"user","content":[{"type":"input_file","file_id":"file-1","filename":"a.pdf"}]}]"#)
    }

    @Test func `a turn with text and calls becomes a message and one item per call`() throws {
        let messages = #"""
            {"role":"assistant","content":"let me see","tool_calls":[\#
            {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}},\#
            {"id":"c2","type":"custom","custom":{"name":"g","input":"raw"}}]},\#
            {"role":"tool","tool_call_id":"c1","content":"1"},\#
            {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"2"}]}
            """#
        #expect(
            try input(messages) == #"""
                [{"role":"assistant","content":"let me see"},\#
                {"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\": 1}"},\#
                {"type":"custom_tool_call","call_id":"c2","name":"g","input":"raw"},\#
                {"type":"function_call_output","call_id":"c1","output":"1"},\#
                {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"2"}]}]
                """#)
    }

    @Test func `legacy function calls and their results get shared ids`() throws {
        let messages = #"""
            {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},\#
            {"role":"function","name":"f","content":"1"},\#
            {"role":"assistant","function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"2"}
            """#
        #expect(
            try input(messages) == #"""
                [{"type":"function_call","call_id":"call_function_1","name":"f","arguments":"{}"},\#
                {"type":"function_call_output","call_id":"call_function_1","output":"1"},\#
                {"type":"function_call","call_id":"call_function_2","name":"f","arguments":"{}"},\#
                {"type":"function_call_output","call_id":"call_function_2","output":"2"}]
                """#)
    }

    @Test func `an assistant's refusal stays a refusal`() throws {
        #expect(
            try input(#"{"role":"assistant","content":null,"refusal":"no"}"#)
                == #"[{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}]"#)
    }

    @Test func `an empty assistant message becomes no item`() throws {
        #expect(
            try input(#"{"role":"assistant","content":""},{"role":"user","content":"x"}"#)
                == #"[{"role":"user","content":"x"}]"#)
    }

    @Test func `a name is not sent, and a notice says so`() throws {
        let (body, request) = try proxied(#"{"messages":[{"role":"user","name":"Bo","content":"x"}]}"#) {
            $0.inputFormat = .items
        }
        #expect(try at(["input"], in: body) == #"[{"role":"user","content":"x"}]"#)
        #expect(request.notices.map(\.field) == ["messages[0].name"])
    }

    @Test func `a conversation's beginning gives the same bytes in every turn`() throws {
        let first = #"{"role":"system","content":"s"},{"role":"user","content":"a"}"#
        let second = first + #",{"role":"assistant","content":"b"},{"role":"user","content":"c"}"#
        let short = try #require(try input(first))
        let long = try #require(try input(second))
        #expect(long.hasPrefix(short.dropLast()))
    }
}
