/// Why bytes are not a JSON text, and where.
public struct ParseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: Sendable, Equatable {
        /// There is nothing but white space.
        case empty
        /// The text ends in the middle of a value.
        case unexpectedEnd
        /// A byte stands where the grammar does not allow it.
        case unexpectedByte(UInt8)
        /// More follows after the outermost value.
        case trailingBytes
        /// A number that RFC 8259 section 6 does not allow, such as `01`, `.5` or `1e`.
        case malformedNumber
        /// A control character that is not escaped stands in a string.
        case controlCharacter
        /// A backslash is not followed by one of RFC 8259's escapes.
        case malformedEscape
        /// The bytes in a string are not UTF-8.
        case invalidUTF8
        /// Arrays and objects are nested deeper than is allowed.
        case tooDeep
        /// There are more values and names than are allowed.
        case tooMany
        /// The text is 4 GiB or larger.
        case tooLarge
    }

    /// What is wrong, to be matched on.
    public let code: Code

    /// The offset in bytes of what is at fault: the byte, or the first of the number, escape or UTF-8 sequence; the
    /// length of the text where something is missing.
    public let offset: Int

    init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    /// What is wrong and where, to be read by people.
    public var description: String { "\(reason) at byte \(offset)" }

    private var reason: String {
        switch code {
        case .empty: "no JSON value"
        case .unexpectedEnd: "unexpected end of JSON"
        case .unexpectedByte(let byte) where (0x21..<0x7F).contains(byte):
            "unexpected '\(Character(Unicode.Scalar(byte)))'"
        case .unexpectedByte(let byte):
            "unexpected byte 0x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        case .trailingBytes: "more data after the JSON value"
        case .malformedNumber: "malformed number"
        case .controlCharacter: "unescaped control character in a string"
        case .malformedEscape: "malformed escape in a string"
        case .invalidUTF8: "invalid UTF-8"
        case .tooDeep: "JSON nested too deep"
        case .tooMany: "too many values in the JSON"
        case .tooLarge: "JSON too large"
        }
    }
}
