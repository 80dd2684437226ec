import JSON
import Testing
import Translation

struct KeptReasoningTests {
    private let tools = #""tools":[{"type":"function","function":{"name":"f"}}]"#
    private let thought =
        #"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"sealed","status":"completed"}"#
    private let kept = #"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"sealed"}"#

    private func request(
        _ body: String, keeps: Bool = true, recalling recall: @escaping ReasoningRecall = { _ in nil }
    ) throws -> TranslatedRequest {
        try RequestTranslator(settings: TranslationSettings(keepsReasoning: keeps))
            .translateChatRequest(Document(parsing: Array(body.utf8)), recalling: recall)
    }

    private func includes(_ fields: String, keeps: Bool = true) throws -> String? {
        let request = try request(#"{"messages":[{"role":"user","content":"x"}],\#(fields)}"#, keeps: keeps)
        return try at(["include"], in: String(decoding: request.body, as: UTF8.self))
    }

    @Test func `reasoning is requested from reasoning models that have tools`() throws {
        #expect(try includes(tools) == #"["reasoning.encrypted_content"]"#)
        #expect(try includes(#""n":1"#) == nil)
        #expect(try includes(#""model":"gpt-4.1",\#(tools)"#) == nil)
        #expect(try includes(tools, keeps: false) == nil)
        #expect(
            try includes(#""model":"gpt-5.1","logprobs":true,\#(tools)"#) == #"["message.output_text.logprobs"]"#)
    }

    @Test(arguments: [true, false])
    func `the reasoning before a call is kept under the call's id`(streamed: Bool) throws {
        let items = [thought, functionCall("a", "f", "{}"), functionCall("b", "f", "{}")]
        let reasoning: [KeptReasoning]
        if streamed {
            let events = items.enumerated().map { done($0.element, at: $0.offset) }
            reasoning = try Streamed(events + [completed(items[0], items[1], items[2])], tools).translator.reasoning
        } else {
            reasoning = try completion(
                #"{"status":"completed","output":[\#(items.joined(separator: ","))]}"#, tools
            ).reasoning
        }
        #expect(reasoning.map(\.callID) == ["a"])
        #expect(reasoning.first?.beforeCall == [Array(kept.utf8)])
        #expect(reasoning.first?.beforeText == [])
    }

    @Test func `reasoning is also kept from a stream with items only at its end`() throws {
        let stream = try Streamed([completed(thought, message("wait"), functionCall("a", "f", "{}"))], tools)
        #expect(stream.translator.reasoning.map(\.callID) == ["a"])
        #expect(stream.translator.reasoning.first?.beforeText.count == 1)
    }

    @Test func `reasoning without encrypted content is not kept`() throws {
        let bare = #"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":null}"#
        #expect(try Streamed([completed(bare, functionCall("a", "f", "{}"))], tools).translator.reasoning.isEmpty)
    }

    private let history = #"""
        {"messages":[{"role":"user","content":"x"},\#
        {"role":"assistant","content":"wait","tool_calls":[\#
        {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},\#
        {"role":"tool","tool_call_id":"a","content":"r"}]}
        """#

    private func types(_ request: TranslatedRequest) throws -> [String] {
        try Document(parsing: request.body).root["input"]?.elements.map {
            $0["type"]?.string ?? $0["role"]?.string ?? ""
        } ?? []
    }

    @Test func `kept reasoning is put back in its place before its call`() throws {
        let item = Array(kept.utf8)
        for (reasoning, expected) in [
            (
                KeptReasoning(callID: "a", beforeCall: [item]),
                ["user", "assistant", "reasoning", "function_call", "function_call_output"]
            ),
            (
                KeptReasoning(callID: "a", beforeText: [item]),
                ["user", "reasoning", "assistant", "function_call", "function_call_output"]
            ),
            (
                KeptReasoning(callID: "a", beforeText: [item], beforeCall: [item]),
                ["user", "reasoning", "assistant", "reasoning", "function_call", "function_call_output"]
            ),
        ] {
            let request = try request(history) { $0 == "a" ? reasoning : nil }
            #expect(try types(request) == expected)
            #expect(request.recalledCallIDs == ["a"])
        }
    }

    @Test func `reasoning before and after a text is kept separately`() throws {
        let items = [thought, message("wait"), thought.replacing("rs_1", with: "rs_2"), functionCall("a", "f", "{}")]
        let reasoning = try completion(
            #"{"status":"completed","output":[\#(items.joined(separator: ","))]}"#, tools
        ).reasoning
        #expect(reasoning.map(\.beforeText.count) == [1])
        #expect(reasoning.map(\.beforeCall.count) == [1])
    }

    @Test func `a model that does not reason gets no kept reasoning`() throws {
        let plain = history.replacing(#"{"messages""#, with: #"{"model":"gpt-4.1","messages""#)
        let request = try request(plain) { KeptReasoning(callID: $0, beforeCall: [Array(kept.utf8)]) }
        #expect(try types(request) == ["user", "assistant", "function_call", "function_call_output"])
    }

    @Test func `reasoning is put back once, even if its call's id repeats`() throws {
        let turn = #"""
            {"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},\#
            {"role":"tool","tool_call_id":"a","content":"r"}
            """#
        let request = try request(#"{"messages":[\#(turn),\#(turn)]}"#) {
            KeptReasoning(callID: $0, beforeCall: [Array(kept.utf8)])
        }
        #expect(try types(request).count { $0 == "reasoning" } == 1)
    }

    @Test func `reasoning is not requested for legacy functions, whose calls have no ids`() throws {
        #expect(try includes(#""functions":[{"name":"f"}]"#) == nil)
    }

    @Test func `a history without kept reasoning is not changed`() throws {
        let request = try request(history)
        #expect(try types(request) == ["user", "assistant", "function_call", "function_call_output"])
        #expect(request.recalledCallIDs == [])
    }

    @Test func `kept reasoning can be removed again`() throws {
        let with = try request(history) { KeptReasoning(callID: $0, beforeCall: [Array(kept.utf8)]) }
        let refusal = try Document(parsing: Array(#"{"error":{"code":"invalid_encrypted_content"}}"#.utf8)).root
        #expect(with.hasReasoning(refusedBy: refusal))
        let unwanted = try Document(parsing: Array(#"{"error":{"param":"input","message":"No reasoning."}}"#.utf8)).root
        #expect(with.hasReasoning(refusedBy: unwanted))
        let other = try Document(parsing: Array(#"{"error":{"param":"temperature"}}"#.utf8)).root
        #expect(!with.hasReasoning(refusedBy: other))
        #expect(with.withoutReasoning.body == (try request(history)).body)
        #expect(!with.withoutReasoning.hasReasoning(refusedBy: refusal))
    }
}
