import JSON
import Testing

/// Random texts, the same in every run.
struct RoundTripTests {
    @Test(arguments: UInt64(0)..<200)
    func `every value's text is a document with the same value`(_ seed: UInt64) throws {
        let text = ArbitraryText(seed: seed)
        let document = try document(text.compact)
        #expect(document.bytes == Array(text.compact.utf8))
        #expect(String(document.root.text) == text.compact)
        #expect(String(reassembled(document.root)) == text.compact)
        try visit(document.root) { value in
            let again = try Document(parsing: Array(value.text)).root
            #expect(again.kind == value.kind)
            #expect(again.text == value.text)
            #expect(document.bytes[value.offset...].starts(with: value.text))
        }
    }

    @Test(arguments: UInt64(0)..<200)
    func `white space between tokens changes nothing`(_ seed: UInt64) throws {
        let text = ArbitraryText(seed: seed)
        let spaced = try document(text.spaced)
        #expect(String(reassembled(spaced.root)) == text.compact)
        #expect(kinds(spaced.root) == kinds(try value(text.compact)))
    }

    @Test(arguments: UInt64(0)..<60)
    func `a truncated text is rejected at its end`(_ seed: UInt64) throws {
        let text = "[" + ArbitraryText(seed: seed).spaced + "]"
        for end in 0..<text.utf8.count {
            let error = try #require(refusal(Array(text.utf8.prefix(end))))
            switch error.code {
            case .unexpectedEnd: #expect(error.offset == end)
            case .empty: #expect(end == 0)
            case .invalidUTF8, .malformedNumber: #expect(error.offset < end && error.offset + 4 > end)
            default: Issue.record("\(error)")
            }
        }
    }

    @Test func `a truncated number is rejected unless the rest is a number`() {
        let text = Array("-10.25e+30".utf8)
        let valid = (1...text.count).filter { refusal(Array(text.prefix($0))) == nil }
        #expect(valid == [2, 3, 5, 6, 9, 10])
    }

    /// All properties of the values of an accepted text can be read without a crash.
    @Test(arguments: UInt64(0)..<12)
    func `a text with one byte changed is accepted completely or rejected`(_ seed: UInt64) throws {
        let text = Array(ArbitraryText(seed: seed).spaced.utf8.prefix(160))
        for index in text.indices {
            var mutated = text
            for byte in UInt8.min ... .max {
                mutated[index] = byte
                check(mutated)
            }
        }
    }

    private func check(_ bytes: [UInt8]) {
        do throws(ParseError) {
            let document = try Document(parsing: bytes)
            let rebuilt = reassembled(document.root)
            visit(document.root) { value in
                _ = (value.string, value.integer, value.stringContents?.trimmed, value.duplicateMember)
            }
            if rebuilt != withoutWhiteSpace(bytes) { Issue.record("\(bytes)") }
        } catch {
            if !(0...bytes.count).contains(error.offset) { Issue.record("\(bytes): \(error)") }
        }
    }

    private func visit<Failure>(_ value: Value, _ visitor: (Value) throws(Failure) -> Void) throws(Failure) {
        try visitor(value)
        for element in value.elements { try visit(element, visitor) }
        for member in value.members {
            try visitor(member.nameValue)
            try visit(member.value, visitor)
        }
    }

    private func kinds(_ value: Value) -> [Value.Kind] {
        var kinds: [Value.Kind] = []
        visit(value) { kinds.append($0.kind) }
        return kinds
    }
}
