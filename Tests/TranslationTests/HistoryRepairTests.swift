import JSON
import TestSupport
import Testing
import Translation

struct HistoryRepairTests {
    /// The input items of a conversation in compact form, and the fields named as repaired.
    private func items(_ messages: String...) throws -> (items: [String], repairs: [String]) {
        let body = #"{"messages":[\#(messages.joined(separator: ","))]}"#
        let request = try RequestTranslator(settings: TranslationSettings())
            .translateChatRequest(Document(parsing: Array(body.utf8)))
        let input = try Document(parsing: request.body).root["input"]
        return (input?.elements.map(\.compact) ?? [], request.notices.filter { $0.kind == .repaired }.map(\.field))
    }

    private func calls(_ ids: String...) -> String {
        let calls = ids.map { #"{"id":"\#($0)","type":"function","function":{"name":"f","arguments":"{}"}}"# }
        return #"{"role":"assistant","content":null,"tool_calls":[\#(calls.joined(separator: ","))]}"#
    }

    private func result(_ id: String, _ text: String = "r") -> String {
        #"{"role":"tool","tool_call_id":"\#(id)","content":"\#(text)"}"#
    }

    private func call(_ id: String, name: String = "f") -> String {
        #"{"type":"function_call","call_id":"\#(id)","name":"\#(name)","arguments":"{}"}"#
    }

    private func output(_ id: String, _ text: String = "r") -> String {
        #"{"type":"function_call_output","call_id":"\#(id)","output":"\#(text)"}"#
    }

    @Test func `a valid history is not changed`() throws {
        let (items, repairs) = try items(calls("a", "b"), result("b"), result("a"))
        #expect(items == [call("a"), call("b"), output("b"), output("a")])
        #expect(repairs == [])
    }

    @Test func `a call without a result gets a placeholder`() throws {
        let (items, repairs) = try items(calls("a", "b"), result("b"))
        #expect(items == [call("a"), call("b"), output("a", "[no result]"), output("b")])
        #expect(repairs == ["messages[0]"])
    }

    @Test func `a result without a call gets a placeholder call`() throws {
        let named = #"{"role":"tool","tool_call_id":"x","name":"look","content":"r"}"#
        let (items, repairs) = try items(result("a"), named)
        #expect(items == [call("a", name: "unknown_function"), output("a"), call("x", name: "look"), output("x")])
        #expect(repairs == ["messages[0]", "messages[1]"])
    }

    @Test func `a result before its call belongs to no call`() throws {
        let (items, _) = try items(result("a"), calls("a"))
        #expect(items == [call("a", name: "unknown_function"), output("a"), call("a_2"), output("a_2", "[no result]")])
    }

    @Test func `a duplicate result is sent once`() throws {
        let (items, repairs) = try items(calls("a"), result("a"), result("a"))
        #expect(items == [call("a"), output("a")])
        #expect(repairs == ["messages[2]"])
    }

    @Test func `a different result for the same call is not lost`() throws {
        let (items, _) = try items(calls("a"), result("a"), result("a", "else"))
        #expect(items == [call("a"), output("a"), call("a_2", name: "unknown_function"), output("a_2", "else")])
    }

    @Test func `call ids that repeat in each turn are made unique`() throws {
        let (items, repairs) = try items(calls("0"), result("0", "x"), calls("0"), result("0", "y"))
        #expect(items == [call("0"), output("0", "x"), call("0_2"), output("0_2", "y")])
        #expect(repairs == ["messages[2].tool_calls[0].id"])
    }

    @Test func `an interrupted turn does not take the next one's result`() throws {
        let (items, _) = try items(calls("0"), calls("0"), result("0", "y"))
        #expect(items == [call("0"), output("0", "[no result]"), call("0_2"), output("0_2", "y")])
    }

    @Test func `a generated call id does not collide with an existing one`() throws {
        let (items, _) = try items(calls("0", "0_2", "0"), result("0"), result("0_2"), result("0"))
        #expect(items == [call("0"), call("0_2"), call("0_3"), output("0"), output("0_2"), output("0_3")])
    }

    @Test func `ids longer than 64 characters are sent as hashes, equal for call and result`() throws {
        let long = String(repeating: "x", count: 64)
        let (items, repairs) = try items(calls(long + "1", long + "2"), result(long + "1"), result(long + "2", "s"))
        let ids = try items.map { try Document(parsing: Array($0.utf8)).root["call_id"]?.string ?? "" }
        #expect(ids[0] == ids[2] && ids[1] == ids[3] && ids[0] != ids[1])
        #expect(ids.allSatisfy { $0.count <= 64 })
        #expect(repairs == ["messages[0].tool_calls[0].id", "messages[0].tool_calls[1].id"])
        let exact = String(repeating: "é", count: 64)
        #expect(try self.items(calls(exact), result(exact)).repairs == [])
    }

    @Test(arguments: [#""tool_calls":[]"#, #""tool_calls":{}"#, #""function_call":{}"#])
    func `a result message with call fields is still a result`(field: String) throws {
        for message in [
            #"{"role":"tool","tool_call_id":"x",\#(field),"content":"r"}"#,
            #"{"role":"function",\#(field),"content":"r"}"#,
        ] {
            #expect(try items(message).items.count == 2)
        }
        #expect(try items(#"{"role":"user","content":"u",\#(field)}"#).items.count == 1)
    }

    @Test func `thousands of calls that share an id are repaired`() throws {
        let same = Array(repeating: #"{"id":"","type":"function","function":{"name":"f"}}"#, count: 20_000)
        let (items, _) = try items(#"{"role":"assistant","tool_calls":[\#(same.joined(separator: ","))]}"#)
        #expect(items.count == 40_000)
    }

    @Test func `an empty id is replaced, and the notice gives that reason`() throws {
        let body = #"{"messages":[\#(calls("")),\#(result(""))]}"#
        let request = try RequestTranslator(settings: TranslationSettings())
            .translateChatRequest(Document(parsing: Array(body.utf8)))
        #expect(request.notices.first?.reason.contains("empty") == true)
    }

    @Test func `a conversation without content is rejected by parameter name`() throws {
        let error = #expect(throws: RequestError.self) { try items(#"{"role":"assistant","content":""}"#) }
        #expect(error?.param == "messages")
    }

    @Test func `an invalid name is not sent`() throws {
        let (items, _) = try items(#"{"role":"tool","tool_call_id":"x","name":5,"content":"r"}"#)
        #expect(items.first == call("x", name: "unknown_function"))
    }

    @Test func `custom calls are repaired as custom calls`() throws {
        let custom = #"""
            {"role":"assistant","tool_calls":[{"id":"a","type":"custom","custom":{"name":"f","input":"i"}}]}
            """#
        #expect(try items(custom).items.last?.contains("custom_tool_call_output") == true)
        #expect(try items(custom, result("a")).items.last?.contains("custom_tool_call_output") == true)
    }

    @Test func `legacy calls and results are repaired too`() throws {
        let call = #"{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}}"#
        let result = #"{"role":"function","name":"g","content":"r"}"#
        #expect(try items(call).items.last == output("call_function_1", "[no result]"))
        #expect(
            try items(result, call, result).items == [
                self.call("call_function_1", name: "g"), output("call_function_1"), self.call("call_function_2"),
                output("call_function_2"),
            ])
    }

    @Test func `several names of one role are put into the text`() throws {
        let (items, repairs) = try items(
            #"{"role":"user","name":"ann","content":"hi"}"#,
            #"{"role":"user","name":"bob","content":[{"type":"text","text":"ho"}]}"#,
            #"{"role":"assistant","name":"bot","content":"yes"}"#)
        #expect(
            items == [
                #"{"role":"user","content":"ann: hi"}"#,
                #"{"role":"user","content":[{"type":"input_text","text":"bob:"},{"type":"input_text","text":"ho"}]}"#,
                #"{"role":"assistant","content":"yes"}"#,
            ])
        #expect(repairs == ["messages[0].name", "messages[1].name", "messages[2].name"])
    }

    @Test func `a single name is dropped`() throws {
        let message = #"{"role":"user","name":"ann","content":"hi"}"#
        let (items, repairs) = try items(message, message)
        #expect(items == Array(repeating: #"{"role":"user","content":"hi"}"#, count: 2))
        #expect(repairs == ["messages[0].name", "messages[1].name"])
    }

    @Test func `an empty list of calls does not make a message non-empty`() throws {
        let (_, repairs) = try items(
            #"{"role":"user","content":"a"}"#, #"{"role":"assistant","content":"","tool_calls":[]}"#)
        #expect(repairs == ["messages[1]"])
    }

    @Test(arguments: [#""""#, "null", "[]"])
    func `an empty assistant message is dropped`(content: String) throws {
        let (items, repairs) = try items(
            #"{"role":"user","content":"a"}"#, #"{"role":"assistant","content":\#(content)}"#)
        #expect(items == [#"{"role":"user","content":"a"}"#])
        #expect(repairs == ["messages[1]"])
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `any history is repaired so that calls and results pair up`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let ids = ["0", "1", String(repeating: "l", count: 70)]
        let messages = (0..<8).map { _ in
            switch Int.random(in: 0..<5, using: &random) {
            case 0: #"{"role":"user","content":"u"}"#
            case 1: calls(ids.randomElement(using: &random)!)
            case 2: calls(ids.randomElement(using: &random)!, ids.randomElement(using: &random)!)
            case 3: #"{"role":"assistant","function_call":{"name":"f","arguments":"{}"}}"#
            default:
                random.happens(oneIn: 4)
                    ? #"{"role":"function","name":"f","content":"r"}"#
                    : result(ids.randomElement(using: &random)!, "\(Int.random(in: 0..<2, using: &random))")
            }
        }
        let body = #"{"messages":[\#(messages.joined(separator: ","))]}"#
        let request = try RequestTranslator(settings: TranslationSettings())
            .translateChatRequest(Document(parsing: Array(body.utf8)))
        let input = try #require(try Document(parsing: request.body).root["input"])
        var called: Set<String> = []
        var answered: Set<String> = []
        for item in input.elements {
            guard let id = item["call_id"]?.string else { continue }
            #expect(id.count <= 64)
            if item["type"]?.isString("function_call") == true {
                #expect(called.insert(id).inserted)
            } else {
                #expect(called.contains(id))
                #expect(answered.insert(id).inserted)
            }
        }
        #expect(called == answered)
    }
}
