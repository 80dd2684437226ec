/// Which model is asked for the one that the client names (`MODEL_MAP`).
public struct ModelMap: Sendable {
    /// One replacement.
    public struct Entry: Sendable, Equatable {
        /// The name that the client sends.
        public let asked: ModelPattern
        /// What is sent upstream instead.
        public let sent: ModelSelection
    }

    /// In the order given, the standard ones first. Of two for one pattern, the later counts.
    public private(set) var entries: [Entry]

    /// What the original proxy maps.
    public static let standard = ModelMap(entries: [
        Entry(asked: ModelPattern("gpt-4o"), sent: ModelSelection("gpt-5")),
        Entry(asked: ModelPattern("gpt-4o-mini"), sent: ModelSelection("gpt-5-mini")),
    ])

    /// Replaces nothing.
    public static let empty = ModelMap(entries: [])

    private init(entries: [Entry]) {
        self.entries = entries
    }

    /// Reads `asked=sent,asked=sent`, in which `*` in an asked name matches any run of characters, and an effort may stand
    /// behind a name that is sent (`gpt-4o=gpt-6-luna:none`). The entries come on top of those of `base` and win over an
    /// entry there for the same name.
    ///
    /// - Throws: ``ModelMapError``, which names the entry at fault.
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

    /// The entries that count: of several for one pattern, the last.
    public var effectiveEntries: [Entry] {
        entries.indices.filter { index in
            !entries[(index + 1)...].contains { $0.asked == entries[index].asked }
        }.map { entries[$0] }
    }

    /// The names that are replaced, without those that stand for many.
    public var names: [String] {
        effectiveEntries.map(\.asked).filter(\.isName).map(\.text)
    }

    /// The model to ask for; the name itself when no entry matches.
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
