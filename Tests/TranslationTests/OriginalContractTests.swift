import Models
import Testing
import Translation

/// The mapping that clients of the original proxy rely on.
struct OriginalContractTests {
    @Test func `a chat request becomes a Responses payload`() throws {
        let body = try proxied(
            #"{"model":"gpt-4o","max_tokens":100,"messages":[{"role":"user","content":"hi"}]}"#
        ).body
        #expect(try at(["model"], in: body) == #""gpt-5""#)
        #expect(try at(["max_output_tokens"], in: body) == "100")
        #expect(try at(["input"], in: body) == #""[user]\nhi\n""#)
        #expect(try at(["max_tokens"], in: body) == nil)
        #expect(try at(["messages"], in: body) == nil)
    }

    @Test func `a prompt for the completions target stays a prompt`() throws {
        let (body, request) = try proxied(#"{"max_tokens":50,"prompt":"say hello"}"#) {
            $0.target = .completions
            $0.defaultModel = ModelSelection("gpt-5")
        }
        #expect(body == #"{"model":"gpt-5","prompt":"say hello","max_completion_tokens":50}"#)
        #expect(request.path == "/chat/completions")
    }

    @Test func `a prompt for the chat target becomes a user message`() throws {
        let body = try proxied(#"{"model":"gpt-4.1","prompt":"say hello","temperature":0.5}"#) { $0.target = .chat }
            .body
        #expect(
            body == #"{"model":"gpt-4.1","messages":[{"role":"user","content":"say hello"}],"temperature":0.5}"#)
    }

    @Test func `a prompt for the Responses target becomes the input`() throws {
        let (body, request) = try proxied(#"{"prompt":"say hello"}"#)
        #expect(try at(["input"], in: body) == #""say hello""#)
        #expect(request.path == "/responses")
    }

    @Test func `chat targets get the payload unchanged, in the same order`() throws {
        let given =
            #"{"stop":["x"],"n":2,"messages":[{"role":"user","content":"hi","name":"Bo"}],"seed":1.50,"extra":{}}"#
        for target in [Target.completions, .chat] {
            let body = try proxied(given) { $0.target = target }.body
            #expect(body == #"{"model":"gpt-5","# + given.dropFirst())
        }
    }

    @Test func `a conversation becomes one string with its roles in brackets`() throws {
        let body = try proxied(
            #"{"messages":[{"role":"system","content":" Be kind. "},{"role":"user","content":"hi"}]}"#
        ).body
        #expect(try at(["input"], in: body) == #""[system]\nBe kind.\n\n---\n[user]\nhi\n""#)
    }

    @Test(arguments: [
        (#"{"content":"no role"}"#, #""[user]\nno role\n""#),
        (#"{"role":"user","content":null}"#, #""[user]\n\n""#),
        (#"{"role":"user","content":"\n\t two\nlines \u00a0"}"#, #""[user]\ntwo\nlines\n""#),
        (#"{"role":"user","content":"caf\u00e9 \ud83d"}"#, #""[user]\ncaf\u00e9 \ud83d\n""#),
        (
            #"{"role":"user","content":[{"type":"text","text":" a "},{"type":"text","text":"b "}]}"#,
            #""[user]\na b\n""#
        ),
    ])
    func `a message's text is trimmed and otherwise unchanged`(message: String, input: String) throws {
        #expect(try at(["input"], in: try proxied(#"{"messages":[\#(message)]}"#).body) == input)
    }

    @Test(arguments: [
        #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}"#,
        #"{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]}"#,
        #"{"role":"tool","tool_call_id":"a","content":"42"}"#,
        #"{"role":"assistant","refusal":"no"}"#,
    ])
    func `a conversation that does not fit into a string is sent as items`(message: String) throws {
        let input = try at(["input"], in: try proxied(#"{"messages":[\#(message)]}"#).body)
        #expect(input?.hasPrefix("[{") == true)
    }

    @Test func `items are always sent if the operator configures them`() throws {
        let body = try proxied(#"{"messages":[{"content":" hi "}]}"#) { $0.inputFormat = .items }.body
        #expect(try at(["input"], in: body) == #"[{"role":"user","content":" hi "}]"#)
    }

    @Test func `a stream is requested from upstream`() throws {
        #expect(try at(["stream"], in: try proxied(#"{"prompt":"x","stream":true}"#).body) == "true")
        #expect(try at(["stream"], in: try proxied(#"{"prompt":"x","stream":false}"#).body) == nil)
        #expect(try proxied(#"{"prompt":"x","stream":true}"#).request.context.streams)
    }

    @Test func `Chat Completions fields unknown to the original are mapped too`() throws {
        let body = try proxied(
            """
            {"prompt":"x","reasoning_effort":"low","verbosity":"high","response_format":{"type":"json_object"},\
            "tools":[{"type":"function","function":{"name":"f"}}],"metadata":{"a":"b"}}
            """
        ).body
        #expect(try at(["reasoning", "effort"], in: body) == #""low""#)
        #expect(try at(["text"], in: body) == #"{"format":{"type":"json_object"},"verbosity":"high"}"#)
        #expect(try at(["tools", "0", "name"], in: body) == #""f""#)
        #expect(try at(["metadata"], in: body) == #"{"a":"b"}"#)
    }
}
