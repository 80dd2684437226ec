import JSON
import Testing

/// Parses a valid text.
func document(_ text: String, maximumDepth: Int = 64) throws -> Document {
    try Document(parsing: Array(text.utf8), maximumDepth: maximumDepth)
}

/// The root value of a valid text.
func value(_ text: String) throws -> Value {
    try document(text).root
}

/// The contents of the string with `contents` between its quotes.
func contents(_ contents: String) throws -> StringContents {
    try #require(try value("\"\(contents)\"").stringContents)
}

/// The error with which a text is rejected; nil if it is accepted.
func refusal(_ bytes: [UInt8], maximumDepth: Int = 64) -> ParseError? {
    do throws(ParseError) {
        _ = try Document(parsing: bytes, maximumDepth: maximumDepth)
        return nil
    } catch {
        return error
    }
}

/// The value, reassembled from its parts without white space.
func reassembled(_ value: Value) -> [UInt8] {
    switch value.kind {
    case .array:
        let elements = value.elements.map(reassembled)
        return Array("[".utf8) + elements.joined(separator: ",".utf8) + Array("]".utf8)
    case .object:
        let members = value.members.map { member in
            Array("\"".utf8) + member.nameContents.bytes + Array("\":".utf8) + reassembled(member.value)
        }
        return Array("{".utf8) + members.joined(separator: ",".utf8) + Array("}".utf8)
    default:
        return Array(value.text)
    }
}

/// A valid text without the white space between its tokens, computed without the parser.
func withoutWhiteSpace(_ bytes: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    var isInString = false
    var isEscaped = false
    for byte in bytes {
        if isInString {
            isInString = byte != UInt8(ascii: "\"") || isEscaped
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        } else if " \t\r\n".utf8.contains(byte) {
            continue
        } else {
            isInString = byte == UInt8(ascii: "\"")
        }
        kept.append(byte)
    }
    return kept
}

extension String {
    init(_ bytes: some Collection<UInt8>) {
        self.init(decoding: bytes, as: UTF8.self)
    }
}
