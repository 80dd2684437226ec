import JSON
import Testing

struct StringTests {
    @Test(arguments: [
        (#"plain"#, "plain"),
        (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{08}\u{0C}\n\r\t"),
        (#"a\u0041\u00e9\u00E9\u20AC"#, "aAéé€"),
        (#"\u0000"#, "\0"),
        (#"\ud83d\ude00\uD83D\uDE00"#, "😀😀"),
        (#"\uD800\uDC00 \uDBFF\uDFFF"#, "\u{10000} \u{10FFFF}"),
        (#"é€😀\n"#, "é€😀\n"),
        (#"\\u0041"#, "\\u0041"),
    ])
    func `escapes are decoded`(_ written: String, _ text: String) throws {
        let string = try value("\"\(written)\"")
        #expect(string.string?.utf8.elementsEqual(text.utf8) == true)
        #expect(string.stringContents?.hasEscapes == written.contains("\\"))
    }

    @Test(arguments: [
        (#"\ud800"#, "\u{FFFD}"),
        (#"\udc00"#, "\u{FFFD}"),
        (#"\ud800x"#, "\u{FFFD}x"),
        (#"\ud800\n"#, "\u{FFFD}\n"),
        (#"\ud800\u0041"#, "\u{FFFD}A"),
        (#"\ude00\ud83d"#, "\u{FFFD}\u{FFFD}"),
        (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"),
        (#"\ud83d\ude00\ude00"#, "😀\u{FFFD}"),
        (#"\ud800\\udc00"#, "\u{FFFD}\\udc00"),
    ])
    func `a lone surrogate is decoded as U+FFFD and copied unchanged`(_ written: String, _ text: String) throws {
        let string = try value(" \"\(written)\" ")
        #expect(string.string == text)
        #expect(String(string.text) == "\"\(written)\"")
        let contents = try #require(string.stringContents)
        var writer = Writer()
        writer.string { $0.append(contents) }
        #expect(String(writer.bytes) == "\"\(written)\"")
    }

    @Test func `each scalar has the bytes that represent it`() throws {
        let contents = try contents(#"aé\n\ud83d\ude00\ud800😀"#)
        let written = contents.scalars.map { String(contents.bytes[$0.1]) }
        #expect(written == ["a", "é", #"\n"#, #"\ud83d\ude00"#, #"\ud800"#, "😀"])
        #expect(contents.scalars.map { $0.0 } == ["a", "é", "\n", "😀", nil, "😀"])
    }

    @Test func `several strings are joined as written`() throws {
        let joined = StringContents(joining: [try contents("é "), try contents(#"\u0041\n"#), try contents("")])
        #expect(String(joined.bytes) == #"é \u0041\n"#)
        #expect(joined.decoded == "é A\n")
        #expect(StringContents(joining: [try contents("a"), try contents("b")]).hasEscapes == false)
        #expect(StringContents(joining: []).isEmpty)
    }

    @Test func `every Unicode scalar is read as written`() throws {
        for scalar in allScalars where scalar.value >= 0x20 && scalar != "\"" && scalar != "\\" {
            var decoded = try contents(String(scalar)).scalars
            #expect(decoded.next()?.0 == scalar)
            #expect(decoded.next() == nil)
        }
    }

    @Test(arguments: [
        (#""#, #""#),
        (#"   "#, #""#),
        (#"a"#, #"a"#),
        (#"  a b  "#, #"a b"#),
        (#"\n\t a \r\n"#, #"a"#),
        (#"\u0020a\u00a0"#, #"a"#),
        (#"\u3000a\u3000"#, #"a"#),
        ("\u{3000}a\u{A0}", #"a"#),
        (#"\u001c\u001d\u001e\u001fa\u001c\u001d\u001e\u001f"#, #"a"#),
        (#"\u001b a \u001b"#, #"\u001b a \u001b"#),
        (#"\u200ba\u200b"#, #"\u200ba\u200b"#),
        (#"\ufeffa\ufeff"#, #"\ufeffa\ufeff"#),
        (#" \\n "#, #"\\n"#),
        (#" a\\ "#, #"a\\"#),
        (#" a\" "#, #"a\""#),
        (#" \ud800 "#, #"\ud800"#),
        (#" 😀 "#, #"😀"#),
        (#" \ud83d\ude00\n"#, #"\ud83d\ude00"#),
        (#"\n\n\n"#, #""#),
    ])
    func `white space at both ends is trimmed, escaped or not`(_ written: String, _ trimmed: String) throws {
        let result = try contents(written).trimmed
        #expect(String(result.bytes) == trimmed)
        #expect(result.hasEscapes == trimmed.contains("\\"))
        #expect(result.isEmpty == trimmed.isEmpty)
    }

    @Test func `trimmed white space is the same as in Python's str strip`() throws {
        let expected: [ClosedRange<UInt32>] = [
            0x09...0x0D, 0x1C...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
            0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000,
        ]
        let ends = allScalars.filter { $0.value <= 0xFFFF }
        for scalar in ends {
            let digits = String(scalar.value, radix: 16)
            let escape = #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
            let isTrimmed = try contents("\(escape)x\(escape)").trimmed == "x"
            #expect(isTrimmed == expected.contains { $0.contains(scalar.value) }, "\(escape)")
        }
    }

    private var allScalars: some Sequence<Unicode.Scalar> {
        (UInt32(0)...0x10FFFF).lazy.compactMap(Unicode.Scalar.init)
    }
}
