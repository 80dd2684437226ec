import JSON

/// What a request asks: the last text of the user in it, and the directive that may stand there.
struct Prompt: Sendable {
    /// The last text of the user, without the directive and the white space around.
    let text: String
    /// The words between `[simulate ` and `]`; nil where there is no such directive.
    let directive: String?

    /// Reads the body of a request for a response, a chat completion or embeddings.
    ///
    /// In a transcript, a directive that stands elsewhere holds too, if there is none in what the user said last.
    init(of body: Value) {
        let source = body["messages"] ?? body["input"]
        let whole = source.map { $0.string ?? Prompt.lastUserText(of: $0) }?[...] ?? ""
        let said = source?.kind == .string ? whole[whole.lastUserBlock] : whole
        if let directive = said.lastDirective {
            text = (said[..<directive.lowerBound] + said[directive.upperBound...]).trimmed
            self.directive = said.words(ofDirective: directive)
        } else {
            text = said.trimmed
            directive = whole.lastDirective.map { whole.words(ofDirective: $0) }
        }
    }

    /// Of messages or input items, the text of the last that is the user's.
    private static func lastUserText(of items: Value) -> String {
        var last: Value?
        for item in items.elements where item["role"]?.isString("user") == true { last = item["content"] }
        guard let last else { return "" }
        return last.string ?? last.elements.compactMap { $0["text"]?.string }.joined()
    }
}

extension Substring {
    /// Where the last directive stands, brackets included.
    fileprivate var lastDirective: Range<Index>? {
        guard let start = lastRange(of: "[simulate ")?.lowerBound, let end = closingBracket(after: start) else {
            return nil
        }
        return start..<utf8.index(after: end)
    }

    /// Where the bracket at `start` is closed; brackets may stand in pairs between.
    private func closingBracket(after start: Index) -> Index? {
        var depth = 0
        return utf8[start...].indices.first { index in
            switch utf8[index] {
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]"): depth -= 1
            default: break
            }
            return depth == 0
        }
    }

    fileprivate func words(ofDirective range: Range<Index>) -> String {
        String(self[range].dropFirst("[simulate ".count).dropLast())
    }

    /// Where the last thing that the user said stands in a conversation written as a transcript: blocks of `[role]`, a
    /// line break and the text, between them a line of `---`. Of a text that has no such block, all.
    fileprivate var lastUserBlock: Range<Index> {
        var end = endIndex
        while true {
            let separator = self[..<end].lastRange(of: "\n---\n[")
            let start = separator.map { utf8.index(before: $0.upperBound) } ?? startIndex
            if utf8[start..<end].starts(with: "[user]\n".utf8) {
                return utf8.index(start, offsetBy: "[user]\n".utf8.count)..<end
            }
            guard let separator else { return startIndex..<endIndex }
            end = separator.lowerBound
        }
    }

    /// The last place where `mark` stands, byte for byte. Texts of many megabytes are searched, hence not by characters.
    private func lastRange(of mark: String) -> Range<Index>? {
        guard let first = mark.utf8.first else { return nil }
        var remaining = utf8[...]
        while let start = remaining.lastIndex(of: first) {
            if utf8[start...].starts(with: mark.utf8) {
                return start..<utf8.index(start, offsetBy: mark.utf8.count)
            }
            remaining = remaining[..<start]
        }
        return nil
    }

    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
