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
            #"{"previous_response_id":"\#(ann.bound("a"))","input":[{"id":"\#(ann.bound("b"))"},{"id":"own","type":"message"}]}"#
        let sent = try ann.unbound(document(text)).bytes
        #expect(
            String(decoding: sent, as: UTF8.self)
                == #"{"previous_response_id":"a","input":[{"id":"b"},{"id":"own","type":"message"}]}"#)
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
