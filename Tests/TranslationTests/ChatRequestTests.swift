import JSON
import Testing
import Translation

/// Bodies of `/v1/chat/completions`, rule by rule. Rules shared with `/proxy` are tested there.
struct ChatRequestTests {
    private func translated(_ fields: String, model: String = "gpt-5.6-terra") throws -> TranslatedRequest {
        let body = #"{"model":"\#(model)","messages":[{"role":"user","content":"x"}]\#(fields)}"#
        return try RequestTranslator(settings: TranslationSettings())
            .translateChatRequest(Document(parsing: Array(body.utf8)))
    }

    private func sent(_ fields: String, _ path: [String]) throws -> String? {
        try at(path, in: String(decoding: translated(fields).body, as: UTF8.self))
    }

    private func input(_ messages: String) throws -> String? {
        let body = #"{"messages":[\#(messages)]}"#
        let request = try RequestTranslator(settings: TranslationSettings())
            .translateChatRequest(Document(parsing: Array(body.utf8)))
        return try at(["input"], in: String(decoding: request.body, as: UTF8.self))
    }

    private func refused(_ body: String) throws -> RequestError {
        try #require(throws: RequestError.self) {
            try RequestTranslator(settings: TranslationSettings())
                .translateChatRequest(Document(parsing: Array(body.utf8)))
        }
    }

    // MARK: Recorded requests

    @Test(arguments: Vectors.names)
    func `a recorded request becomes the recorded upstream request`(name: String) throws {
        for kind in ["", "_stream"] {
            let given = try Document(parsing: Vectors.bytes("requests/\(name).chat\(kind).json"))
            let request = try RequestTranslator(settings: TranslationSettings()).translateChatRequest(given)
            #expect(request.notices == [])
            let sent = try Document(parsing: request.body).root
            let expected = try Vectors.json("requests/\(name).responses\(kind).json")
            #expect(Set(sent.members.map(\.name)) == Set(expected.members.map(\.name)))
            for member in expected.members where member.name != "input" {
                let value = sent.members.first { $0.name == member.name }?.value
                // Reasoning summaries are requested only if the operator configures them: not every organisation has
                // access to them.
                let wanted = member.value.sorted.replacing(#",summary:"auto""#, with: "")
                #expect(value?.sorted == wanted, "\(member.name)")
            }
            #expect(sent["input"]?.elements.map(\.said) == expected["input"]?.elements.map(\.said))
        }
    }

    // MARK: Messages

    @Test(arguments: [
        #"{"role":"system","content":"s"}"#, #"{"role":"developer","content":"d"}"#, #"{"role":"user","content":"u"}"#,
        #"{"role":"assistant","content":"a"}"#,
    ])
    func `a text message is unchanged, alone or between others`(message: String) throws {
        let user = #"{"role":"user","content":"x"}"#
        #expect(try input(message) == "[\(message)]")
        #expect(try input("\(user),\(message),\(user)") == "[\(user),\(message),\(user)]")
    }

    @Test(arguments: [
        (#"{"type":"text","text":"a"}"#, #"{"type":"input_text","text":"a"}"#),
        (
            #"{"type":"image_url","image_url":{"url":"u"}}"#,
            #"{"type":"input_image","image_url":"u","detail":"auto"}"#
        ),
        (
            #"{"type":"image_url","image_url":{"url":"u","detail":"high"}}"#,
            #"{"type":"input_image","image_url":"u","detail":"high"}"#
        ),
        (
            #"{"type":"file","file":{"filename":"n","file_data":"d"}}"#,
            #"{"type":"input_file","filename":"n","file_data":"d"}"#
        ),
        (#"{"type":"file","file":{"file_id":"i"}}"#, #"{"type":"input_file","file_id":"i"}"#),
    ])
    func `a content part keeps its values in its new form`(given: String, sent: String) throws {
        let user = #"{"role":"user","content":[\#(given)]}"#
        #expect(try input(user) == #"[{"role":"user","content":[\#(sent)]}]"#)
        let call = #"{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f"}}]}"#
        let tool = #"\#(call),{"role":"tool","tool_call_id":"c","content":[\#(given)]}"#
        #expect(
            try input(tool)?.hasSuffix(#",{"type":"function_call_output","call_id":"c","output":[\#(sent)]}]"#) == true)
    }

    @Test func `an assistant message's audio is dropped and its text kept`() throws {
        let body = #"{"messages":[{"role":"assistant","audio":{"id":"a"},"content":"x"}]}"#
        let request = try RequestTranslator(settings: TranslationSettings())
            .translateChatRequest(Document(parsing: Array(body.utf8)))
        #expect(request.notices.map(\.field) == ["messages[0].audio"])
        #expect(String(decoding: request.body, as: UTF8.self).contains(#"{"role":"assistant","content":"x"}"#))
    }

    @Test func `an assistant's text beside a refusal becomes parts with annotations`() throws {
        let parts = #"[{"type":"text","text":"a"},{"type":"refusal","refusal":"b"}]"#
        #expect(
            try input(#"{"role":"assistant","content":\#(parts)}"#) == #"""
                [{"role":"assistant","content":[{"type":"output_text","text":"a","annotations":[]},\#
                {"type":"refusal","refusal":"b"}]}]
                """#)
    }

    @Test(arguments: [
        (#"{"messages":[{"content":"x"}]}"#, "messages[0].role"),
        (#"{"prompt":"x"}"#, "messages"),
        (#"{"messages":[{"role":"user"}]}"#, "messages[0].content"),
        (
            #"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]}"#,
            "messages[0].content[0]"
        ),
        (#"{"messages":[{"role":"assistant","tool_calls":[{"type":"function"}]}]}"#, "messages[0].tool_calls[0].id"),
    ])
    func `fields that Chat Completions requires are required`(body: String, param: String) throws {
        #expect(try refused(body).param == param)
    }

    // MARK: Fields

    @Test(arguments: [
        "metadata", "moderation", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
        "safety_identifier", "service_tier", "user",
    ])
    func `a field that both APIs have is copied`(name: String) throws {
        #expect(try sent(#","\#(name)":{"a": 1.0}"#, [name]) == #"{"a": 1.0}"#)
        #expect(try sent(#","\#(name)":null"#, [name]) == nil)
    }

    @Test(arguments: [
        (#","store":true"#, "store", "true"), ("", "store", "false"),
        (#","parallel_tool_calls":false"#, "parallel_tool_calls", "false"),
        (#","verbosity":"low""#, "text", #"{"verbosity":"low"}"#),
        (#","reasoning_effort":"high""#, "reasoning", #"{"effort":"high"}"#),
        (#","response_format":{"type":"text"}"#, "text", #"{"format":{"type":"text"}}"#),
        (#","response_format":{"type":"json_object"}"#, "text", #"{"format":{"type":"json_object"}}"#),
        (
            #","response_format":{"type":"json_schema","json_schema":{"name":"n"}}"#, "text",
            #"{"format":{"type":"json_schema","name":"n","schema":{"type":"object"}}}"#
        ),
        (#","function_call":"none""#, "tool_choice", #""none""#),
        (#","function_call":{"name":"f"}"#, "tool_choice", #"{"type":"function","name":"f"}"#),
        (#","tool_choice":"required""#, "tool_choice", #""required""#),
        (#","functions":[{"name":"f"}]"#, "parallel_tool_calls", "false"),
        (#","max_tokens":5,"max_completion_tokens":50"#, "max_output_tokens", "50"),
        (#","max_tokens":1"#, "max_output_tokens", "16"),
        (
            #","logprobs":true,"top_logprobs":2,"reasoning_effort":"none""#, "include",
            #"["message.output_text.logprobs"]"#
        ),
        (#","logprobs":true,"top_logprobs":2,"reasoning_effort":"none""#, "top_logprobs", "2"),
        (#","stream":true,"stream_options":{"include_usage":true}"#, "stream", "true"),
        (
            #","stream":true,"stream_options":{"include_obfuscation":false}"#, "stream_options",
            #"{"include_obfuscation":false}"#
        ),
    ])
    func `a field is sent in its new form`(fields: String, name: String, value: String) throws {
        #expect(try sent(fields, [name]) == value)
    }

    @Test func `include_usage is not sent`() throws {
        let request = try translated(#","stream":true,"stream_options":{"include_usage":true}"#)
        #expect(request.context.includesUsage)
        #expect(!String(decoding: request.body, as: UTF8.self).contains("stream_options"))
    }

    @Test(arguments: [
        #""temperature":1.0"#, #""top_p":1.0"#, #""temperature":1e0"#, #""presence_penalty":0.00"#,
        #""frequency_penalty":-0.0"#, #""n":1"#,
    ])
    func `a default value is recognized in any notation`(field: String) throws {
        let request = try translated("," + field, model: "gpt-5")
        #expect(request.notices == [])
        let plain = try translated("", model: "gpt-5")
        #expect(request.body == plain.body)
    }

    @Test(arguments: ["top_k", "min_p", "enable_thinking"])
    func `an unknown field is not sent, and is named in a notice`(name: String) throws {
        let request = try translated(#","\#(name)":1"#)
        #expect(request.notices.map(\.field) == [name])
        #expect(!String(decoding: request.body, as: UTF8.self).contains(name))
    }
}

extension Value {
    /// The value without white space, with members sorted by name.
    fileprivate var sorted: String {
        switch kind {
        case .array: "[" + elements.map(\.sorted).joined(separator: ",") + "]"
        case .object:
            "{" + members.map { "\($0.name):\($0.value.sorted)" }.sorted().joined(separator: ",") + "}"
        default: compact
        }
    }

    /// An input item without optional members, with a single text part in the short form.
    fileprivate var said: String {
        let parts = self["content"].map { Array($0.elements) } ?? []
        guard parts.count == 1, let text = parts[0]["text"] else { return sorted }
        return "{content:\(text.compact),role:\(self["role"]?.compact ?? "")}"
    }
}
