import JSON
import Testing

/// The flat reader reads the same members as the parser, or rejects the text.
struct FlatObjectTests {
    private struct Member: Equatable {
        let name: String
        let value: String
        let kind: Value.Kind
    }

    private func members(of text: some StringProtocol) -> [Member]? {
        var members: [Member] = []
        let bytes = Array(text.utf8)
        let isRead = FlatObject.read(bytes.span.bytes) { name, value, kind in
            members.append(Member(name: String(name), value: String(value), kind: kind))
            return .more
        }
        return isRead ? members : nil
    }

    @Test(arguments: [
        #"{"type":"a","n":-1.5e3,"t":true,"f":false,"o":null,"l":[],"d":{}}"#,
        " {\n\"a\" :\t\"\\u00e9\\\"é\" , \"b\":[ ] }\r\n", #"{"":""}"#, #"{"a":1,"a":2}"#,
    ])
    func `members are read as written`(text: String) throws {
        let document = try Document(parsing: Array(text.utf8))
        let expected = document.root.members.map {
            Member(name: $0.name, value: String(decoding: $0.value.text, as: UTF8.self), kind: $0.value.kind)
        }
        #expect(members(of: text) == expected)
    }

    @Test(arguments: [#"{"a":{"b":1}}"#, #"{"a":[1]}"#, #"{"\u0061":1}"#, "[]", "1", "{}", ""])
    func `nested values, escaped names and other values are rejected`(text: String) {
        #expect(members(of: text) == nil)
    }

    /// Every prefix of a text, and every text with one byte changed.
    @Test func `invalid JSON is rejected`() {
        let text = Array(#"{"type":"a\n","n":-1.5e3,"t":true,"l":[],"s":"é"}"#.utf8)
        for count in 0..<text.count {
            #expect(members(of: String(decoding: text[..<count], as: UTF8.self)) == nil)
        }
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[index] = byte
                let isRead = FlatObject.read(changed.span.bytes) { _, _, _ in .more }
                if isRead, (try? Document(parsing: changed)) == nil { Issue.record("\(index) \(byte)") }
            }
        }
        #expect(members(of: String(decoding: text, as: UTF8.self) + "x") == nil)
    }

    @Test func `reading stops when the receiver asks for it`() {
        var count = 0
        let isRead = FlatObject.read(Array(#"{"a":1,"b":2}"#.utf8).span.bytes) { _, _, _ in
            count += 1
            return .stop
        }
        #expect(!isRead)
        #expect(count == 1)
    }
}

extension String {
    fileprivate init(_ bytes: RawSpan) {
        self = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
