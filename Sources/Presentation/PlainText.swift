/// Text that others have written, for people to read in a terminal: it may not command it, nor pass for more than it is.
public enum PlainText {
    /// The text with what a terminal would obey, or would not show, written out: `\u{1B}`.
    public static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnseen) else { return text }
        return text.unicodeScalars.map { isUnseen($0) ? escape($0) : String($0) }.joined()
    }

    /// The text as one word of a line: itself, or a JSON string where it would pass for more than one, or a terminal would
    /// obey it.
    public static func word(_ text: String) -> String {
        let isWord = !text.isEmpty && !text.unicodeScalars.contains { $0 == " " || $0 == "\"" || isUnseen($0) }
        guard !isWord else { return text }
        let contents = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\n": "\\n"
            case _ where isUnseen(scalar): scalar.utf16.map(escape).joined()
            default: String(scalar)
            }
        }
        return "\"\(contents.joined())\""
    }

    /// As JSON escapes it.
    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// Controls, signs without a shape such as those that turn the direction of writing, and the two other ends of a line.
    public static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
}
