import JSON

/// The prompt of a request: the last text of the user, and the directive in it.
struct Prompt: Sendable {
    /// The last text of the user, without the directive and surrounding white space.
    let text: String
    /// The words between `[simulate ` and `]`; nil if there is no such directive.
    let directive: String?

    /// Reads the body of a request for a response, a chat completion or embeddings.
    ///
    /// In a transcript, a directive elsewhere applies too, if the user's last text has none.
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

    /// The text of the last message or input item of the user.
    private static func lastUserText(of items: Value) -> String {
        var last: Value?
        for item in items.elements where item["role"]?.isString("user") == true { last = item["content"] }
        guard let last else { return "" }
        return last.string ?? last.elements.compactMap { $0["text"]?.string }.joined()
    }
}

extension Substring {
    /// The range of the last directive, including its brackets.
    fileprivate var lastDirective: Range<Index>? {
        guard let start = lastRange(of: "[simulate ")?.lowerBound, let end = closingBracket(after: start) else {
            return nil
        }
        return start..<utf8.index(after: end)
    }

    /// The index of the bracket that closes the one at `start`; pairs of brackets may be nested.
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

    /// The range of the user's last text in a transcript: blocks of `[role]`, a line break and the text, separated by lines of
    /// `---`. The whole text if it has no such block.
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

    /// The last occurrence of `mark`. Compares bytes instead of characters, because texts may have many megabytes.
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
