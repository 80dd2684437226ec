import JSON
import Models
import Testing
import Translation

/// `phase` on the assistant messages of a conversation's history.
struct PhaseTests {
    private func input(_ messages: String, model: String = "gpt-6-luna") throws -> (
        text: String, request: TranslatedRequest
    ) {
        let body = #"{"model":"\#(model)","messages":[\#(messages)]}"#
        let request = try RequestTranslator(settings: TranslationSettings())
            .translateChatRequest(Document(parsing: Array(body.utf8)))
        return (try at(["input"], in: String(decoding: request.body, as: UTF8.self)) ?? "", request)
    }

    private let call = #"{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}"#
    private let result = #"{"role":"tool","tool_call_id":"c1","content":"r"}"#

    @Test func `text beside calls is commentary, other text is the final answer`() throws {
        let text = try input(
            #"{"role":"user","content":"q"},{"role":"assistant","content":"I look","tool_calls":[\#(call)]},\#(result),"#
                + #"{"role":"assistant","content":"It is so"}"#
        ).text
        #expect(text.contains(#"{"role":"assistant","content":"I look","phase":"commentary"}"#))
        #expect(text.contains(#"{"role":"assistant","content":"It is so","phase":"final_answer"}"#))
    }

    @Test func `text beside a legacy function call is commentary`() throws {
        let text = try input(
            #"{"role":"assistant","content":"I look","function_call":{"name":"f","arguments":"{}"}}"#
        ).text
        #expect(text.contains(#""phase":"commentary""#))
    }

    @Test(arguments: ["gpt-5", "gpt-4.1", "gpt-5.1", "my-model"])
    func `a model without phases gets none`(model: String) throws {
        #expect(try !input(#"{"role":"assistant","content":"a"}"#, model: model).text.contains("phase"))
    }

    @Test(arguments: ["gpt-6-luna", "gpt-5.4", "gpt-6.1-sol", "gpt-7-nova"])
    func `a conversation's beginning stays the same bytes as it grows`(model: String) throws {
        let turns = [
            #"{"role":"user","content":"q"}"#, #"{"role":"assistant","content":"I look","tool_calls":[\#(call)]}"#,
            result,
            #"{"role":"assistant","content":"a"}"#, #"{"role":"user","content":"q2"}"#,
            #"{"role":"assistant","content":"a2"}"#,
        ]
        var previous = ""
        for count in [1, 3, 4, 5, 6] {
            let text = try input(turns.prefix(count).joined(separator: ","), model: model).text
            #expect(text.hasPrefix(previous.dropLast()))
            previous = text
        }
    }

    @Test func `a prompt cache breakpoint on assistant text is dropped and named`() throws {
        let part = #"{"type":"text","text":"a","prompt_cache_breakpoint":{"mode":"explicit"}}"#
        let (text, request) = try input(#"{"role":"assistant","content":[\#(part)]}"#)
        #expect(!text.contains("breakpoint"))
        #expect(request.notices.map(\.field) == ["messages[0].content[0].prompt_cache_breakpoint"])
        #expect(request.notices.map(\.kind) == [.dropped])
    }
}
