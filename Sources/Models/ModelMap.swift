/// Maps the model that the client names to the one that is sent (`MODEL_MAP`).
public struct ModelMap: Sendable {
    /// One replacement.
    public struct Entry: Sendable, Equatable {
        /// The name that the client sends.
        public let asked: ModelPattern
        /// The model that is sent upstream instead.
        public let sent: ModelSelection
    }

    /// In the given order, after the standard entries. Of two entries for one pattern, the later one takes precedence.
    public private(set) var entries: [Entry]

    /// The map of the original proxy.
    public static let standard = ModelMap(entries: [
        Entry(asked: ModelPattern("gpt-4o"), sent: ModelSelection("gpt-5")),
        Entry(asked: ModelPattern("gpt-4o-mini"), sent: ModelSelection("gpt-5-mini")),
    ])

    /// Replaces nothing.
    public static let empty = ModelMap(entries: [])

    private init(entries: [Entry]) {
        self.entries = entries
    }

    /// Reads `asked=sent,asked=sent`. In an asked name, `*` matches any run of characters; a name that is sent may be
    /// followed by an effort (`gpt-4o=gpt-6-luna:none`). The entries are added to those of `base`, and take precedence over
    /// its entries for the same name.
    ///
    /// - Throws: ``ModelMapError``, which contains the invalid entry.
    public init(parsing text: String, onTopOf base: ModelMap = .standard) throws(ModelMapError) {
        entries = base.entries
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(Self.trimmed)
            if sides == [""] { continue }
            guard sides.count == 2, !sides[0].isEmpty, !sides[1].contains("*"),
                let sent = ModelSelection(parsing: sides[1])
            else { throw ModelMapError(entry: String(part)) }
            entries.append(Entry(asked: ModelPattern(sides[0]), sent: sent))
        }
    }

    /// The effective entries: of several for one pattern, the last.
    public var effectiveEntries: [Entry] {
        entries.indices.filter { index in
            !entries[(index + 1)...].contains { $0.asked == entries[index].asked }
        }.map { entries[$0] }
    }

    /// The names that are replaced, without patterns.
    public var names: [String] {
        effectiveEntries.map(\.asked).filter(\.isName).map(\.text)
    }

    /// The model to send; the asked name itself if no entry matches.
    public func callAsFunction(_ asked: String) -> ModelSelection {
        mostSpecificEntry(for: asked)?.sent ?? ModelSelection(asked)
    }

    private func mostSpecificEntry(for asked: String) -> Entry? {
        var best: Entry?
        for entry in entries where entry.asked.matches(asked) {
            if let best, best.asked.specificity > entry.asked.specificity { continue }
            best = entry
        }
        return best
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

/// An entry of a model map that is not of the form `asked=sent`.
public struct ModelMapError: Error, Sendable, Equatable {
    /// The entry as it was written.
    public let entry: String
}
