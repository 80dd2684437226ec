/// Fits text into columns of a terminal.
public enum TextColumn {
    /// Breaks text into lines of at most `width` columns, at spaces unless a line would then be less than half full.
    ///
    /// Characters that would control the terminal are escaped (``PlainText``).
    public static func lines(of text: String, width: Int) -> [String] {
        var lines: [String] = []
        var rest = PlainText.of(text)[...]
        while !rest.isEmpty {
            let end = self.end(ofLineIn: rest, width: max(2, width))
            lines.append(String(rest[..<end]))
            rest = rest[end...].drop { $0 == " " }
        }
        return lines
    }

    /// The text, padded with trailing spaces to a width.
    public static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - self.width(of: text)))
    }

    /// The text in exactly `width` columns: padded with spaces before or after it, or cut off with an ellipsis.
    public static func fitted(_ text: String, to width: Int, isRight: Bool = false) -> String {
        let needed = self.width(of: text)
        guard needed > width else {
            return isRight ? String(repeating: " ", count: width - needed) + text : padded(text, to: width)
        }
        var cut = ""
        var used = 0
        for character in text {
            used += self.width(of: character)
            guard used < width else { break }
            cut.append(character)
        }
        return padded(cut + (width > 0 ? "…" : ""), to: width)
    }

    private static func end(ofLineIn text: Substring, width: Int) -> String.Index {
        var used = 0
        var index = text.startIndex
        var space: String.Index?
        while index < text.endIndex {
            used += self.width(of: text[index])
            if used > width {
                guard let space, self.width(of: String(text[..<space])) * 2 >= width else { return index }
                return space
            }
            if text[index] == " " { space = index }
            index = text.index(after: index)
        }
        return index
    }

    /// The number of columns that the text occupies in a terminal.
    public static func width(of text: String) -> Int {
        text.reduce(0) { $0 + width(of: $1) }
    }

    /// Two for the characters that terminals draw double-width: East Asian ones and pictographs (Unicode, annex 11).
    private static func width(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first, scalar.value >= 0x1100 else { return 1 }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
