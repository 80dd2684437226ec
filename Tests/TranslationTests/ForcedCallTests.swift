import JSON
import Testing
import Translation

/// Chat Completions ends a call that the client forced by name with `stop`, and one that the model chose with `tool_calls`.
struct ForcedCallTests {
    private static let tool = #""tools":[{"type":"function","function":{"name":"f"}}]"#

    @Test(arguments: [
        (#"\#(tool),"tool_choice":{"type":"function","function":{"name":"f"}}"#, "stop"),
        (
            #""tools":[{"type":"custom","custom":{"name":"f"}}],"tool_choice":{"type":"custom","custom":{"name":"f"}}"#,
            "stop"
        ),
        (#""functions":[{"name":"f"}],"function_call":{"name":"f"}"#, "stop"),
        (#""functions":[{"name":"f"}],"function_call":"auto""#, "function_call"),
        (#""functions":[{"name":"f"}]"#, "function_call"),
        (
            #"\#(tool),"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[]}}"#,
            "tool_calls"
        ),
        (#"\#(tool),"tool_choice":"required""#, "tool_calls"),
        (tool, "tool_calls"),
    ])
    func `the finish reason of a call`(fields: String, expected: String) throws {
        let body = #"{"messages":[{"role":"user","content":"x"}],"stream":true,\#(fields)}"#
        let context = try RequestTranslator(settings: TranslationSettings())
            .translateChatRequest(Document(parsing: Array(body.utf8))).context
        let item = functionCall("c", "f", "{}")
        var stream = Streamed(StreamTranslator(context: context, id: "i", created: 1))
        for event in [added(item), done(item), completed(item)] { stream.send(event) }
        #expect(try stream.said.finishReason == expected)
        let response = #"{"id":"resp_1","created_at":5,"status":"completed","output":[\#(item)]}"#
        let whole = try SingleReplyTranslator(context: context, id: "i", created: 1)
            .translate(Document(parsing: Array(response.utf8)))
        #expect(try Said(completion: Document(parsing: whole.body).root).finishReason == expected)
    }

    @Test func `a forced call that is incomplete ends with its own reason`() throws {
        let forced = #""tool_choice":{"type":"function","function":{"name":"f"}}"#
        let body = #"{"messages":[{"role":"user","content":"x"}],\#(Self.tool),\#(forced)}"#
        let context = try RequestTranslator(settings: TranslationSettings())
            .translateChatRequest(Document(parsing: Array(body.utf8))).context
        let reason = #""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}"#
        let response = #"{"id":"resp_1",\#(reason),"output":[\#(functionCall("c", "f", "{"))]}"#
        let whole = try SingleReplyTranslator(context: context, id: "i", created: 1)
            .translate(Document(parsing: Array(response.utf8)))
        #expect(try Said(completion: Document(parsing: whole.body).root).finishReason == "length")
    }
}
