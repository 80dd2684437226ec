import Crypto
import JSON
import Testing

@testable import Access
@testable import Gateway

struct StoredIDsTests {
    private let key = SymmetricKey(size: .bits256)
    private var ann: StoredIDs { StoredIDs(key: key, caller: .key(label: "ann")) }

    private func document(_ text: String) throws -> Document { try Document(parsing: Array(text.utf8)) }

    @Test func `only the caller who got an id can use it`() {
        let id = ann.bound("resp_1-2")
        #expect(ann.original(id) == "resp_1-2")
        let others: [Caller.Identity] = [
            .key(label: "bob"), .sharedKey, .token(issuer: nil, subject: "ann"), .token(issuer: "ann", subject: ""),
        ]
        for other in others { #expect(StoredIDs(key: key, caller: other).original(id) == nil) }
        #expect(StoredIDs(key: SymmetricKey(size: .bits256), caller: .key(label: "ann")).original(id) == nil)
    }

    @Test func `an id with any other code is not accepted`() {
        let id = ann.bound("resp_1")
        for wrong in ["resp_1", "", "-", id + "0", String(id.dropLast()), id.uppercased(), "resp_2" + id.dropFirst(6)] {
            #expect(ann.original(wrong) == nil)
        }
    }

    @Test func `a code that differs in any one character is not accepted`() {
        let id = Array(ann.bound("resp_1").utf8)
        for index in id.indices.suffix(32) {
            for byte in "0123456789abcdef".utf8 where byte != id[index] {
                var wrong = id
                wrong[index] = byte
                #expect(ann.original(String(decoding: wrong, as: UTF8.self)) == nil)
            }
        }
        // Many callers: no code fits by chance.
        for number in 0..<2000 {
            let other = StoredIDs(key: key, caller: .key(label: "caller-\(number)"))
            #expect(other.original(String(decoding: id, as: UTF8.self)) == nil)
        }
    }

    @Test func `only the ids of a response are replaced, wherever they occur as a string`() throws {
        let text =
            #"{ "id": "resp_1", "output": [{"id":"msg_1","content":"resp_1 \"msg_1\" resp_12"}], "x": ["resp_1"] }"#
        let bound = String(decoding: BoundIDs.apply(ann, to: try document(text)), as: UTF8.self)
        let (response, item) = (ann.bound("resp_1"), ann.bound("msg_1"))
        #expect(
            bound
                == #"{ "id": "\#(response)", "output": [{"id":"\#(item)","content":"resp_1 \"msg_1\" resp_12"}], "x": ["\#(response)"] }"#
        )
    }

    @Test func `a request with the caller's ids becomes one with upstream's`() throws {
        let text =
            #"{"previous_response_id":"\#(ann.bound("a"))","input":[{"id":"\#(ann.bound("b"))"},{"id":"own","content":"x"}]}"#
        let sent = try ann.unbound(document(text)).bytes
        #expect(
            String(decoding: sent, as: UTF8.self)
                == #"{"previous_response_id":"a","input":[{"id":"b"},{"id":"own","content":"x"}]}"#)
    }

    @Test(arguments: [
        #"{"type":"message","content":[]}"#, #"{"type":"reasoning","encrypted_content":"x"}"#,
        #"{"type":"image_generation_call","result":"x"}"#, #"{"type":"function_call","arguments":"{}"}"#,
        #"{"type":"web_search_call","action":{"type":"search"}}"#,
        #"{"type":"custom_tool_call_output","output":"x"}"#,
    ])
    func `an item that is given with its content may have any id`(item: String) throws {
        let named = #"{"id":"other's",\#(item.dropFirst())"#
        #expect(throws: Never.self) { try ann.unbound(document(#"{"input":[\#(named)]}"#)) }
    }

    @Test(arguments: [
        #"{"type":"message"}"#, #"{}"#, #"{"type":"item_reference","content":"x"}"#,
        #"{"type":"reasoning","summary":[]}"#,
        #"{"type":"image_generation_call","status":"completed"}"#, #"{"type":"image_generation_call","result":""}"#,
        #"{"type":"image_generation_call","output":"x"}"#, #"{"type":"web_search_call","action":{}}"#,
        #"{"type":"made_up"}"#,
    ])
    func `another caller's item cannot be named without its content`(item: String) throws {
        let named = #"{"id":"other's"\#(item == "{}" ? "" : ",")\#(item.dropFirst())"#
        #expect(throws: HTTPError.self) { try ann.unbound(document(#"{"input":[\#(named)]}"#)) }
    }

    @Test(arguments: [
        (#"{"prompt_cache_options":{"comparison_response_id":"ID"}}"#, "prompt_cache_options.comparison_response_id"),
        (#"{"input":[{"type":"mcp_approval_response","approval_request_id":"ID"}]}"#, "input[0].approval_request_id"),
        (#"{"conversation":{"id":"ID"}}"#, "conversation"), (#"{"items":[{"id":"ID"}]}"#, "items[0].id"),
    ])
    func `every field that names a stored object is checked`(text: String, param: String) throws {
        let own = text.replacing("ID", with: ann.bound("a"))
        let sent = try ann.unbound(document(own)).bytes
        #expect(String(decoding: sent, as: UTF8.self) == text.replacing("ID", with: "a"))
        let error = #expect(throws: HTTPError.self) { try ann.unbound(document(text)) }
        #expect((error?.status, error?.param) == (404, param))
    }

    @Test func `a translated request names stored objects only in fields of both APIs`() throws {
        let text = #"{"previous_response_id":"x","conversation":"y","input":[{"id":"z"}]}"#
        #expect(try ann.unbound(document(text), isTranslated: true).bytes == Array(text.utf8))
    }

    @Test func `a path and a query have upstream's ids`() throws {
        let (response, item) = (ann.bound("resp_1"), ann.bound("msg_1"))
        #expect(
            try ann.unbound(path: "/conversations/\(response)/items/\(item)") == "/conversations/resp_1/items/msg_1")
        #expect(try ann.unbound(path: "/conversations") == "/conversations")
        #expect(ann.unbound(query: "limit=2&after=\(item)&x") == "limit=2&after=msg_1&x")
        #expect(throws: HTTPError.self) { try ann.unbound(path: "/responses/resp_1") }
    }
}
