/// The text of a generated response, in the pieces that become its deltas.
struct ReplyText: Sendable {
    let pieces: [Substring]

    /// The whole text.
    let whole: String

    /// The maximum length of the echoed prompt, in characters.
    private static let echoLimit = 1_000

    /// - Parameters:
    ///   - plan: may set a text, a size or a number of deltas.
    ///   - deltas: the number of deltas if the plan sets none; nil makes the response an echo.
    ///   - prompt: the text to echo.
    ///   - remark: text that the echo appends in parentheses.
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

    /// One piece per word, including the space before it.
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

    /// A text of `size` bytes, in `deltas` pieces, or in pieces of 1,024 bytes if that is nil.
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
