import JSON
import Testing
import Translation

struct ParallelCallTests {
    private let uses = #"""
        {\"tool_uses\":[{\"recipient_name\":\"functions.f\",\"parameters\":{\"a\":1}},\#
        {\"recipient_name\":\"g\",\"parameters\":{}}]}
        """#
    private let tools =
        #""tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]"#
    private let unwrapped = [
        Said.Call("function", id: "c", name: "f", input: #"{"a":1}"#),
        Said.Call("function", id: "c_2", name: "g", input: "{}"),
    ]

    @Test(arguments: ["parallel", "multi_tool_use.parallel"])
    func `calls wrapped in a parallel call are unwrapped`(name: String) throws {
        let item = functionCall("c", name, uses)
        let begun = functionCall("c", name, "")
        for events in [
            [added(begun), delta("function_call_arguments", uses), done(item), completed(item)], [completed(item)],
        ] {
            let said = try Streamed(events, tools).said
            #expect(said.calls == unwrapped)
            #expect(said.finishReason == "tool_calls")
        }
        let reply = try completion(#"{"status":"completed","output":[\#(item)]}"#, tools)
        #expect(Said(completion: try Document(parsing: reply.body).root).calls == unwrapped)
    }

    @Test func `a client that declared a tool of that name gets the call`() throws {
        let item = functionCall("c", "parallel", uses)
        let own = #""tools":[{"type":"function","function":{"name":"parallel"}}]"#
        #expect(try Streamed([done(item), completed(item)], own).said.calls.map(\.name) == ["parallel"])
    }

    @Test(arguments: [#"{}"#, #"no JSON"#, #"{\"tool_uses\":[]}"#, #"{\"tool_uses\":[{\"recipient_name\":\"f\"}]}"#])
    func `a parallel call of any other form is unchanged`(arguments: String) throws {
        let item = functionCall("c", "parallel", arguments)
        let said = try Streamed([added(functionCall("c", "parallel", "")), done(item), completed(item)], tools).said
        #expect(said.calls.map(\.name) == ["parallel"])
        #expect(said.calls.map(\.input) == [arguments.replacing(#"\""#, with: "\"")])
        let reply = try completion(#"{"status":"completed","output":[\#(item)]}"#, tools)
        #expect(Said(completion: try Document(parsing: reply.body).root).calls == said.calls)
    }

    @Test func `a legacy functions client gets the first of the wrapped calls`() throws {
        let said = try Streamed([completed(functionCall("c", "parallel", uses))], functions: true).said
        #expect(said.functionCall == Said.Call("", id: "", name: "f", input: #"{"a":1}"#))
    }
}
