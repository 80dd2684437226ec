/// The text of a made-up reply, in the pieces that become its deltas.
struct ReplyText: Sendable {
    let pieces: [Substring]

    /// All pieces together.
    let whole: String

    /// How much of what was asked is repeated, in characters.
    private static let echoLimit = 1_000

    /// - Parameters:
    ///   - plan: asks for a certain text, size or number of deltas.
    ///   - deltas: how many there are if the plan does not say; nil makes the reply an echo.
    ///   - prompt: the text to echo.
    ///   - remark: what else the echo tells.
    init(plan: Plan, deltas: Int?, echoing prompt: String, remark: String) {
        if let text = plan.text {
            self.init(words: text)
        } else if let size = plan.size {
            self.init(size: size, deltas: plan.deltas)
        } else if let count = plan.deltas ?? deltas {
            self.init(count: count)
        } else {
            let isLong = prompt.count > Self.echoLimit
            self.init(words: "You said: \(prompt.prefix(Self.echoLimit))\(isLong ? "…" : "") (\(remark))")
        }
    }

    /// A piece for each word, with the space before it.
    init(words text: String) {
        var pieces: [Substring] = []
        var start = text.startIndex
        for index in text.indices where text[index] == " " && index > start {
            pieces.append(text[start..<index])
            start = index
        }
        if start < text.endIndex { pieces.append(text[start...]) }
        self.pieces = pieces
        whole = text
    }

    private init(count: Int) {
        let words = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog"]
        self.init(words: (0..<count).map { words[$0 % words.count] }.joined(separator: " "))
    }

    /// So many bytes, in so many pieces or in pieces of 1,024 bytes.
    private init(size: Int, deltas: Int?) {
        let line = "All work and no play makes for a dull reply. "
        let whole = String(String(repeating: line, count: size / line.count + 1).prefix(size))
        let pieceSize = deltas.map { max(1, (size + $0 - 1) / max(1, $0)) } ?? 1_024
        var rest = whole[...]
        var pieces: [Substring] = []
        while !rest.isEmpty {
            pieces.append(rest.prefix(pieceSize))
            rest = rest.dropFirst(pieceSize)
        }
        self.pieces = pieces
        self.whole = whole
    }
}
