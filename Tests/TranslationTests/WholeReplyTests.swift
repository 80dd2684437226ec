import JSON
import Testing
import Translation

/// A whole response as a `chat.completion`, rule by rule.
struct WholeReplyTests {
    private func said(_ output: String, _ fields: String = "", functions: Bool = false) throws -> Said {
        let reply = try completion(#"{"output":[\#(output)]\#(fields)}"#, functions: functions)
        return Said(completion: try Document(parsing: reply.body).root)
    }

    private func reply(_ fields: String) throws -> String {
        String(decoding: try completion("{\(fields)}").body, as: UTF8.self)
    }

    @Test func `all messages become one choice`() throws {
        let body = try reply(#""output":[\#(message("a", "b")),\#(message("c"))]"#)
        #expect(try at(["choices", "0", "message", "content"], in: body) == #""abc""#)
        #expect(try at(["choices", "1"], in: body) == nil)
    }

    @Test func `a response without messages is one choice with an empty assistant message`() throws {
        for output in ["", #"{"type":"web_search_call","id":"ws"}"#, #"{"type":"from_the_future","text":"x"}"#] {
            let body = try reply(#""output":[\#(output)],"status":"completed""#)
            #expect(try at(["choices", "0", "message", "role"], in: body) == #""assistant""#)
            #expect(try at(["choices", "0", "message", "content"], in: body) == #""""#)
            #expect(try at(["choices", "0", "finish_reason"], in: body) == #""stop""#)
        }
    }

    @Test func `a refusal is not content`() throws {
        let body = try reply(#""output":[{"type":"message","content":[{"type":"refusal","refusal":"no"}]}]"#)
        #expect(try at(["choices", "0", "message", "refusal"], in: body) == #""no""#)
        #expect(try at(["choices", "0", "message", "content"], in: body) == "null")
    }

    @Test func `commentary is reasoning beside an answer, and otherwise the content`() throws {
        let beside = try said([commentary("hm"), message("yes")].joined(separator: ","))
        #expect(beside.content == "yes")
        #expect(beside.reasoning == "hm")
        let alone = try said([commentary("hm"), functionCall("c", "f", "{}")].joined(separator: ","))
        #expect(alone.content == "hm")
        #expect(alone.reasoning == "")
    }

    @Test func `a citation is nested and shifted to its position in the joined text`() throws {
        let first = #"{"type":"output_text","text":"d\u00e9\ud83d\ude00","annotations":[\#(citation(0, 2))]}"#
        let second = #"{"type":"output_text","text":"x","annotations":[{"type":"file_citation"},\#(citation(0, 1))]}"#
        let said = try said(#"{"type":"message","content":[\#(first),\#(second)]}"#)
        #expect(said.annotations == [nestedCitation(0, 2), nestedCitation(3, 4)])
    }

    @Test(arguments: [Int.max, Int.min])
    func `a citation at an impossible index is passed on`(index: Int) throws {
        let part = #"{"type":"output_text","text":"ab","annotations":[\#(citation(index, index))]}"#
        let said = try said(#"{"type":"message","content":[{"type":"output_text","text":"ab"},\#(part)]}"#)
        #expect(said.annotations.count == 1)
    }

    @Test func `a function call gets its call id`() throws {
        let said = try said(functionCall("c1", "f", #"{\"a\": 1}"#))
        #expect(said.calls == [Said.Call("function", id: "c1", name: "f", input: #"{"a": 1}"#)])
        #expect(said.finishReason == "tool_calls")
    }

    @Test func `a custom call stays custom`() throws {
        let item = #"{"type":"custom_tool_call","id":"x","call_id":"c1","name":"g","input":"raw"}"#
        #expect(try said(item).calls == [Said.Call("custom", id: "c1", name: "g", input: "raw")])
    }

    @Test func `legacy functions get a legacy function_call`() throws {
        let said = try said(functionCall("c1", "f", "{}"), functions: true)
        #expect(said.calls == [])
        #expect(said.functionCall == Said.Call("", id: "", name: "f", input: "{}"))
        #expect(said.finishReason == "function_call")
    }

    @Test(arguments: [
        (#"{"type":"reasoning","summary":[{"text":"a"},{"text":"b"}]},{"type":"reasoning","summary":[{"text":"c"}]}"#),
        (#"{"type":"reasoning","summary":[],"content":[{"text":"a"},{"text":"b"},{"text":"c"}]}"#),
        (#"{"type":"reasoning","summary":[{"text":"a"},{"text":"b"},{"text":"c"}],"content":[{"text":"d"}]}"#),
    ])
    func `reasoning is sent with its parts as paragraphs`(items: String) throws {
        #expect(try said(items).reasoning == "a\n\nb\n\nc")
    }

    @Test(arguments: [
        (#""status":"completed""#, "", "stop"),
        (#""status":"completed","incomplete_details":null"#, "c", "tool_calls"),
        (#""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}"#, "", "length"),
        (#""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}"#, "c", "length"),
        (#""status":"incomplete","incomplete_details":{"reason":"max_messages"}"#, "", "length"),
        (#""status":"incomplete","incomplete_details":{"reason":"content_filter"}"#, "", "content_filter"),
    ])
    func `the finish reason follows status and calls`(fields: String, call: String, reason: String) throws {
        let output = call.isEmpty ? message("a") : functionCall(call, "f", "{}")
        #expect(try said(output, "," + fields).finishReason == reason)
    }

    @Test(arguments: ["failed", "cancelled"])
    func `a response that failed is an error, with or without a reason`(status: String) throws {
        for error in ["", #","error":null"#, #","error":{"code":"server_error","message":"no"}"#] {
            let failure = try #require(throws: ReplyFailure.self) {
                try completion(#"{"status":"\#(status)","output":[]\#(error)}"#)
            }
            #expect(failure.status == 500)
        }
    }

    @Test(arguments: ["5", "[]", "{}", #"{"output":null}"#, #"{"detail":"x"}"#])
    func `anything but a response object is an error`(body: String) throws {
        let failure = try #require(throws: ReplyFailure.self) { try completion(body) }
        #expect(failure.code == "upstream_garbled")
    }

    @Test func `usage keeps its details`() throws {
        let usage = #"""
            "usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},\#
            "output_tokens":5,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":14}
            """#
        let reply = try completion(#"{"output":[],\#(usage)}"#)
        #expect(reply.usage == Usage(of: try Document(parsing: Array("{\(usage)}".utf8)).root))
        #expect(reply.usage?.cached == 4)
        #expect(reply.usage?.reasoning == 3)
        #expect(
            try at(["usage"], in: String(decoding: reply.body, as: UTF8.self)) == #"""
                {"prompt_tokens":9,"completion_tokens":5,"total_tokens":14,\#
                "prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":2,"audio_tokens":0},\#
                "completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":0,\#
                "accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}
                """#)
    }

    @Test func `id, time, model and tier come from upstream`() throws {
        let said = try said("", #","id":"resp_1","created_at":1.9,"model":"m","service_tier":"flex""#)
        #expect(said.id == "chatcmpl-1")
        #expect(said.created == 1)
        #expect(said.model == "m")
        #expect(said.serviceTier == "flex")
    }

    @Test func `logprobs of several parts are joined, and missing bytes are added`() throws {
        let first = #"{"text":"é","logprobs":[{"token":"é","logprob":-0.10,"top_logprobs":[]}]}"#
        let second = #"{"text":"a","logprobs":[{"token":"a","logprob":0.0,"bytes":[97],"top_logprobs":[]}]}"#
        let body = try reply(#""output":[{"type":"message","content":[\#(first),\#(second)]}]"#)
        #expect(
            try at(["choices", "0", "logprobs"], in: body) == #"""
                {"content":[{"token":"é","logprob":-0.10,"bytes":[195,169],"top_logprobs":[]},\#
                {"token":"a","logprob":0.0,"bytes":[97],"top_logprobs":[]}],"refusal":null}
                """#)
    }

    @Test(arguments: ["", #","logprobs":null"#, #","logprobs":[]"#])
    func `missing logprobs become null`(logprobs: String) throws {
        let body = try reply(#""output":[{"type":"message","content":[{"text":"a"\#(logprobs)}]}]"#)
        #expect(try at(["choices", "0", "logprobs"], in: body) == "null")
    }
}
