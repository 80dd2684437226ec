import TestSupport

extension SeededGenerator {
    /// Random text with all kinds of characters that a string may have to escape.
    mutating func text() -> String {
        let pieces = [
            "a", "plain words", "\"", "\\", "\n", "\u{01}", "\u{1F}", "\u{7F}", "é", "東京", "😀", "\u{2028}", "/",
        ]
        return (0..<Int.random(in: 0..<6, using: &self)).map { _ in pick(pieces) }.joined()
    }
}

/// The tokens of a random JSON text, with any white space between them.
struct ArbitraryText {
    private(set) var tokens: [String] = []
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        addValue(depth: 0)
    }

    /// The text without white space.
    var compact: String { tokens.joined() }

    /// The text with random white space around its tokens.
    var spaced: String {
        var random = random
        var text = ""
        for token in tokens { text += random.pick(["", " ", "\n", "\r\n\t", "    "]) + token }
        return text + random.pick(["", "\n"])
    }

    private mutating func addValue(depth: Int) {
        switch Int.random(in: 0..<(depth < 5 ? 12 : 7), using: &random) {
        case 0: tokens.append("null")
        case 1: tokens.append(random.pick(["true", "false"]))
        case 2, 3: tokens.append(random.pick(["0", "-0", "17", "1.50", "-2e9", "3E-04", "12345678901234567890123"]))
        case 4, 5, 6: addString()
        case 7, 8, 9: addList("[", "]") { $0.addValue(depth: depth + 1) }
        default:
            addList("{", "}") { text in
                text.addString()
                text.tokens.append(":")
                text.addValue(depth: depth + 1)
            }
        }
    }

    private mutating func addList(_ opening: String, _ closing: String, _ addItem: (inout Self) -> Void) {
        tokens.append(opening)
        for index in 0..<Int.random(in: 0..<5, using: &random) {
            if index > 0 { tokens.append(",") }
            addItem(&self)
        }
        tokens.append(closing)
    }

    private mutating func addString() {
        let pieces = [
            "a", "some words", " ", "é", "東京", "😀", "{[,:]}", #"\""#, #"\\"#, #"\n"#, #"\/"#, #"\u00e9"#,
            #"\ud83d\ude00"#,
            #"\ud800"#,
        ]
        let written = (0..<Int.random(in: 0..<7, using: &random)).map { _ in random.pick(pieces) }.joined()
        tokens.append("\"\(written)\"")
    }
}
