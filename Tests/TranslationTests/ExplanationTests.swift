import JSON
import Testing
import Translation

/// A short form of a row: `max_tokens > max_output_tokens renamed`.
private func words(_ row: Explanation.Row) -> String {
    "\(row.field ?? "-") > \(row.sentAs ?? "-") \(row.change.rawValue)"
}

private func explained(
    _ body: String, _ route: TranslatedRoute = .chatCompletions,
    recalling recall: @escaping ReasoningRecall = { _ in nil },
    target: Target = .responses
) throws -> [Explanation.Row] {
    let settings = TranslationSettings(target: target)
    let document = try Document(parsing: Array(body.utf8), maximumDepth: 512)
    let requests = try RequestTranslator(settings: settings).translate(document, for: route, recalling: recall)
    return Explanation(of: document, as: requests).rows
}

struct ExplanationTests {
    private static let hi = #""messages":[{"role":"user","content":"hi"}]"#

    @Test(arguments: [
        (#""temperature":0.5,"model":"gpt-4.1""#, ["temperature > temperature kept", "model > model kept"]),
        (#""max_tokens":100"#, ["max_tokens > max_output_tokens renamed"]),
        (#""max_tokens":3,"stream":true"#, ["max_tokens > max_output_tokens emulated", "stream > stream kept"]),
        (#""max_tokens":3"#, ["max_tokens > max_output_tokens dropped"]),
        (
            #""max_tokens":30,"max_completion_tokens":40"#,
            ["max_tokens > - dropped", "max_completion_tokens > max_output_tokens renamed"]
        ),
        (
            #""max_tokens":40,"max_completion_tokens":40"#,
            ["max_tokens > - unneeded", "max_completion_tokens > max_output_tokens renamed"]
        ),
        (#""model":"gpt-4o""#, ["model > model translated"]),
        (#""seed":7"#, ["seed > - dropped"]),
        (#""stop":"END","n":2"#, ["stop > - emulated", "n > - emulated"]),
        (#""temperature":1,"model":"gpt-5""#, ["temperature > - unneeded", "model > model kept"]),
        (#""stream_options":{"include_usage":true}"#, ["stream_options > - unneeded"]),
        (#""logprobs":false,"user":null"#, ["logprobs > - unneeded", "user > - unneeded"]),
        (#""logprobs":true,"model":"gpt-4.1""#, ["logprobs > include translated", "model > model kept"]),
        (#""response_format":{"type":"json_object"}"#, ["response_format > text.format renamed"]),
        (
            #""model":"gpt-5.1","reasoning_effort":"minimal""#,
            ["model > model kept", "reasoning_effort > reasoning.effort adjusted"]
        ),
        (#""text":{"x":1},"verbosity":"low""#, ["text > - dropped", "verbosity > text.verbosity renamed"]),
        (
            #""tools":[{"type":"function","function":{"name":"f"}}],"web_search_options":{},"functions":[{"name":"g"}]"#,
            [
                "tools[0] > tools[0] translated", "web_search_options > tools[2] translated",
                "functions[0] > tools[1] translated",
            ]
        ),
        (
            #""function_call":"auto","tool_choice":"none""#,
            ["function_call > - unneeded", "tool_choice > tool_choice kept"]
        ),
    ])
    func `a field is explained with its change`(fields: String, told: [String]) throws {
        let rows = try explained("{\(fields),\(Self.hi)}")
        let own = rows.filter { $0.field?.hasPrefix("messages") == false }
        #expect(own.map(words) == told)
    }

    @Test func `messages are shown with the items that they became`() throws {
        let call = #"{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}"#
        let other = call.replacing(#""a""#, with: #""b""#)
        let rows = try explained(
            """
            {"messages":[{"role": "system", "content": "s"},{"role":"user","name":"ann","content":"u"},
            {"role":"assistant","content":"said","tool_calls":[\(call),\(other)]},
            {"role":"tool","tool_call_id":"a","content":"r"},{"role":"tool","tool_call_id":"a","content":"r"},
            {"role":"tool","tool_call_id":"lost","content":"r"},{"role":"assistant","content":""}]}
            """,
            recalling: { id in
                id == "a" ? KeptReasoning(callID: id, beforeCall: [Array(#"{"type":"reasoning"}"#.utf8)]) : nil
            })
        #expect(
            rows.prefix { $0.field != nil }.map(words) == [
                "messages[0] > input[0] renamed",
                "messages[1] > input[1] translated", "messages[1].name > - repaired",
                "messages[2] > input[2] repaired", "messages[2] > input[3] translated",
                "messages[2] > input[4] translated", "messages[2] > input[5] translated",
                "messages[2] > input[6] translated",
                "messages[3] > input[7] translated",
                "messages[4] > - repaired",
                "messages[5] > input[8] repaired", "messages[5] > input[9] translated",
                "messages[6] > - repaired",
            ])
        let texts = rows.map { $0.after.map { String(decoding: $0.text, as: UTF8.self) } ?? "" }
        #expect(texts[4] == #"{"type":"reasoning"}"#)
        #expect(texts[7].contains("[no result]"))
    }

    @Test func `a transcript is one row`() throws {
        let rows = try explained("{\(Self.hi)}", .proxy)
        #expect(rows.map(words) == ["messages > input translated", "- > model added", "- > store added"])
        #expect(rows.allSatisfy { $0.reason != nil })
    }

    @Test func `each of several prompts is explained`() throws {
        let rows = try explained(#"{"prompt":["a","b"],"echo":true}"#, .completions)
        #expect(
            rows.prefix(3).map(words) == [
                "prompt[0] > input renamed", "prompt[1] > input renamed", "echo > - emulated",
            ])
    }

    @Test func `if upstream has the client's API, only names change`() throws {
        let rows = try explained(#"{"model":"gpt-4o","seed":7,"max_tokens":5,\#(Self.hi)}"#, target: .chat)
        #expect(
            rows.map(words) == [
                "model > model translated", "seed > seed kept", "max_tokens > max_completion_tokens renamed",
                "messages[0] > messages[0] kept",
            ])
        let responses = try explained(
            #"{"model": "gpt-4o", "prompt": {"id": "p"}, "max_output_tokens": 5}"#, .responses)
        #expect(
            responses.map(words) == [
                "model > model translated", "prompt > prompt kept", "max_output_tokens > max_output_tokens kept",
            ])
    }

    /// The explanation is complete on both sides for every recorded request.
    @Test func `every field, item and notice of the recorded requests is explained`() throws {
        for file in Vectors.names.flatMap({ ["\($0).chat.json", "\($0).chat_stream.json"] }) {
            for route in [TranslatedRoute.chatCompletions, .proxy] {
                let document = try Document(parsing: Vectors.bytes("requests/\(file)"))
                let requests = try RequestTranslator(settings: TranslationSettings(keepsReasoning: true))
                    .translate(document, for: route)
                let rows = Explanation(of: document, as: requests).rows
                let sent = try Document(parsing: requests[0].body).root
                let fields = Set(rows.compactMap { $0.field.map(root) })
                let targets = Set(rows.compactMap { $0.sentAs.map(root) })
                #expect(fields.isSuperset(of: document.root.members.map(\.name)), "\(file)")
                #expect(targets == Set(sent.members.map(\.name)), "\(file)")
                if let input = sent["input"], input.kind == .array {
                    let items = rows.filter { $0.sentAs?.hasPrefix("input[") == true }
                    #expect(items.compactMap { $0.after?.text } == input.elements.map(\.text))
                }
                for notice in requests[0].notices { #expect(rows.contains { $0.reason == notice.reason }) }
            }
        }
    }

    private func root(_ path: String) -> String {
        String(path.prefix { $0 != "." && $0 != "[" })
    }
}
