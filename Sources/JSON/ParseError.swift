/// The reason why bytes are not a JSON text, and the position.
public struct ParseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: Sendable, Equatable {
        /// The text is empty, or only white space.
        case empty
        /// The text ends in the middle of a value.
        case unexpectedEnd
        /// The grammar does not allow this byte here.
        case unexpectedByte(UInt8)
        /// The outermost value is followed by more data.
        case trailingBytes
        /// A number that RFC 8259 section 6 does not allow, such as `01`, `.5` or `1e`.
        case malformedNumber
        /// A string contains an unescaped control character.
        case controlCharacter
        /// A backslash is not followed by one of RFC 8259's escapes.
        case malformedEscape
        /// The bytes of a string are not UTF-8.
        case invalidUTF8
        /// Arrays and objects are nested deeper than the limit.
        case tooDeep
        /// There are more values and names than the limit.
        case tooMany
        /// The text is 4 GiB or larger.
        case tooLarge
    }

    /// The error, for programs.
    public let code: Code

    /// The position in bytes: of the invalid byte, or of the first byte of the invalid number, escape or UTF-8 sequence;
    /// the length of the text if something is missing.
    public let offset: Int

    init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    /// The error and its position, for humans.
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
