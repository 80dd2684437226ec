import JSON
import Testing

struct ErrorTests {
    @Test(arguments: faults)
    func `an error has a description and an offset`(_ text: String, _ offset: Int, _ description: String) throws {
        let error = try #require(refusal(Array(text.utf8)))
        #expect(error.offset == offset)
        #expect(error.description == "\(description) at byte \(offset)")
    }

    @Test(arguments: malformedUTF8)
    func `invalid UTF-8 is rejected at the start of the sequence`(_ sequence: [UInt8]) throws {
        for padding in 0..<9 {
            let before = Array("[\"".utf8) + Array(repeating: UInt8(ascii: "a"), count: padding)
            let error = try #require(refusal(before + sequence + Array("\"]".utf8)))
            #expect(error.code == .invalidUTF8)
            #expect(error.offset == before.count)
        }
    }

    @Test(arguments: [#"[1,2]"#, #"{"a":[]}"#, #"[[],{}]"#])
    func `more values than allowed are rejected`(_ text: String) throws {
        // Member names count as values.
        _ = try Document(parsing: Array(text.utf8), maximumCount: 3)
        let error = #expect(throws: ParseError.self) { try Document(parsing: Array(text.utf8), maximumCount: 2) }
        #expect(error?.code == .tooMany)
    }

    @Test func `bytes above ASCII are only allowed in strings`() {
        #expect(refusal(Array("[é]".utf8))?.code == .unexpectedByte(0xC3))
        #expect(refusal(Array("[1,\u{A0}2]".utf8))?.code == .unexpectedByte(0xC2))
        #expect(refusal(Array("1\u{2028}".utf8))?.code == .trailingBytes)
    }

    @Test func `every control character in a string must be escaped`() throws {
        for byte in UInt8(0)..<0x20 {
            for padding in 0..<9 {
                let text = Array("\"".utf8) + Array(repeating: UInt8(ascii: "a"), count: padding) + [byte, 0x22]
                let error = try #require(refusal(text))
                #expect(error.code == .controlCharacter)
                #expect(error.offset == padding + 1)
            }
        }
        #expect(refusal([0x22, 0x7F, 0x22]) == nil)
    }

    @Test func `a byte order mark counts in offsets and is allowed only once, at the start`() {
        #expect(refusal(Array("\u{FEFF}[}".utf8))?.offset == 4)
        #expect(refusal(Array("\u{FEFF}\u{FEFF}1".utf8))?.code == .unexpectedByte(0xEF))
        #expect(refusal(Array(" \u{FEFF}1".utf8))?.offset == 1)
        #expect(refusal([0xEF, 0xBB])?.code == .unexpectedByte(0xEF))
        #expect(refusal(Array("\u{FEFF}".utf8))?.code == .empty)
    }

    @Test func `arrays and objects can be nested up to the allowed depth`() {
        let texts = [("[", "]"), ("{\"a\":", "}")]
        for (opening, closing) in texts {
            func nested(_ depth: Int) -> [UInt8] {
                Array((String(repeating: opening, count: depth) + "[]" + String(repeating: closing, count: depth)).utf8)
            }
            #expect(refusal(nested(63)) == nil)
            #expect(refusal(nested(64))?.code == .tooDeep)
            #expect(refusal(nested(64))?.offset == 64 * opening.utf8.count)
            #expect(refusal(nested(64), maximumDepth: 65) == nil)
        }
        #expect(refusal(Array("[[],[[]],{\"a\":[]}]".utf8), maximumDepth: 3) == nil, "depth counts nesting, not values")
        #expect(refusal(Array("[]".utf8), maximumDepth: 1) == nil)
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func `a long run of opening brackets is an error, not a crash`(_ opening: String) {
        let text = Array(String(repeating: opening, count: 100_000).utf8)
        #expect(refusal(text)?.code == .tooDeep)
        #expect(refusal(text, maximumDepth: .max)?.code == .unexpectedEnd)
        #expect(refusal(text, maximumDepth: .max)?.offset == text.count)
    }
}

private let faults: [(String, Int, String)] = [
    ("", 0, "no JSON value"),
    (" \r\n\t", 4, "no JSON value"),
    ("[", 1, "unexpected end of JSON"),
    ("{\"a\"", 4, "unexpected end of JSON"),
    ("{\"a\":1,", 7, "unexpected end of JSON"),
    ("\"abc", 4, "unexpected end of JSON"),
    ("\"\\", 2, "unexpected end of JSON"),
    ("\"\\u12", 5, "unexpected end of JSON"),
    ("nul", 3, "unexpected end of JSON"),
    ("nulL", 3, "unexpected 'L'"),
    ("True", 0, "unexpected 'T'"),
    ("[1 2]", 3, "unexpected '2'"),
    ("[1,]", 3, "unexpected ']'"),
    ("[,1]", 1, "unexpected ','"),
    ("[1}", 2, "unexpected '}'"),
    ("{\"a\" 1}", 5, "unexpected '1'"),
    ("{\"a\":}", 5, "unexpected '}'"),
    ("{\"a\":1,}", 7, "unexpected '}'"),
    ("{a:1}", 1, "unexpected 'a'"),
    ("{'a':1}", 1, "unexpected '''"),
    ("{\"a\":1]", 6, "unexpected ']'"),
    ("[1\u{0B}]", 2, "unexpected byte 0x0B"),
    ("[\u{7F}]", 1, "unexpected byte 0x7F"),
    ("[é]", 1, "unexpected byte 0xC3"),
    ("// comment\n1", 0, "unexpected '/'"),
    ("[1]]", 3, "more data after the JSON value"),
    ("1 2", 2, "more data after the JSON value"),
    ("{} x", 3, "more data after the JSON value"),
    ("[-]", 1, "malformed number"),
    ("[01]", 1, "malformed number"),
    ("-012", 0, "malformed number"),
    ("[2.]", 1, "malformed number"),
    ("1e+", 0, "malformed number"),
    ("[0, 1.e1]", 4, "malformed number"),
    ("[-.5]", 1, "malformed number"),
    ("[.5]", 1, "unexpected '.'"),
    ("[+1]", 1, "unexpected '+'"),
    ("[NaN]", 1, "unexpected 'N'"),
    ("[-Infinity]", 1, "malformed number"),
    ("\"a\nb\"", 2, "unescaped control character in a string"),
    ("{\"\u{01}\":1}", 2, "unescaped control character in a string"),
    ("\"a\\x\"", 2, "malformed escape in a string"),
    ("\"\\u12g4\"", 1, "malformed escape in a string"),
    ("\"\\U0041\"", 1, "malformed escape in a string"),
]

/// Boundary examples of every kind of sequence that Unicode's table of well-formed UTF-8 excludes.
private let malformedUTF8: [[UInt8]] = [
    [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x7F], [0xC2, 0xC0],
    [0xE0, 0x9F, 0xBF], [0xE1, 0x80], [0xE1, 0x80, 0x7F], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF],
    [0xF0, 0x8F, 0xBF, 0xBF], [0xF1, 0x80, 0x80], [0xF1, 0x80, 0x80, 0xC0], [0xF4, 0x90, 0x80, 0x80],
    [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
]
