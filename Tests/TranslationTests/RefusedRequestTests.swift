import Testing
import Translation

struct RefusedRequestTests {
    @Test(arguments: [
        ("[]", nil, nil),
        ("{}", "messages", "missing_required_parameter"),
        (#"{"messages":[]}"#, "messages", "empty_array"),
        (#"{"messages":"hi"}"#, "messages", "invalid_type"),
        (#"{"messages":["hi"]}"#, "messages[0]", "invalid_type"),
        (#"{"messages":[{"role":1,"content":"x"}]}"#, "messages[0].role", "invalid_type"),
        (#"{"messages":[{"role":"user","content":7}]}"#, "messages[0].content", "invalid_type"),
        (#"{"messages":[{"role":"tool","content":"x"}]}"#, "messages[0].tool_call_id", "missing_required_parameter"),
        (#"{"messages":[{"role":"robot","content":[1]}]}"#, "messages[0].role", "invalid_value"),
        (
            #"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]}"#,
            "messages[0].content[0]", "unsupported_value"
        ),
        (
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"video"}]}]}"#,
            "messages[0].content[1].type", "invalid_value"
        ),
        (#"{"model":1,"prompt":"x"}"#, "model", "invalid_type"),
        (#"{"prompt":"x","stream":"yes"}"#, "stream", "invalid_type"),
        (#"{"prompt":["a","b"]}"#, "prompt", "invalid_type"),
        (#"{"prompt":"x","max_tokens":0}"#, "max_tokens", "integer_below_min_value"),
        (#"{"prompt":"x","max_tokens":1.5}"#, "max_tokens", "invalid_type"),
        (#"{"prompt":"x","temperature":"hot"}"#, "temperature", "invalid_type"),
        (#"{"prompt":"x","model":"a","model":"b"}"#, "model", "duplicate_parameter"),
        (#"{"prompt":"x","tools":[{"type":"function"}]}"#, "tools[0].function", "missing_required_parameter"),
        (#"{"prompt":"x","tool_choice":{"type":"magic"}}"#, "tool_choice.type", "invalid_value"),
        (#"{"prompt":"x","response_format":{"type":"xml"}}"#, "response_format.type", "invalid_value"),
    ])
    func `an invalid request is rejected by parameter name`(body: String, param: String?, code: String?) throws {
        let error = try refusal(body)
        #expect(error.param == param)
        #expect(error.code == code)
        if let param { #expect(error.message.contains(param)) }
    }
}
