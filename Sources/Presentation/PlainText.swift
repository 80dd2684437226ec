/// Makes untrusted text safe to show in a terminal: it cannot control the terminal, or look like more than one word.
public enum PlainText {
    /// The text with control and invisible characters escaped: `\u{1B}`.
    public static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnseen) else { return text }
        return text.unicodeScalars.map { isUnseen($0) ? escape($0) : String($0) }.joined()
    }

    /// The text as one word of a line: unchanged, or as a JSON string if it is empty, has spaces or quotes, or characters that
    /// a terminal would interpret.
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

    /// A UTF-16 code unit, escaped as in JSON.
    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// Whether a character is invisible: a control character, a format character such as those that change the writing
    /// direction, or a Unicode line or paragraph separator.
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
