/// Takes out of what upstream says about an error what concerns the operator alone: keys, whole, cut or masked, and the ids
/// of organizations and projects. OpenAI quotes the former when a key is wrong, and the latter when a limit is reached.
///
/// Works on bytes, whether they are JSON, events or plain text: what is taken out and what takes its place are words of
/// letters, digits and a few signs, which are written alike in all of them.
struct Redaction {
    /// Words that begin so are keys (`sk-`) or ids, if what follows looks like one.
    private static let beginnings = ["sk-", "org-", "proj-", "proj_"].map { Array($0.utf8)[...] }
    private static let mask = Array("***".utf8)[...]
    /// So much of a key's beginning tells the key.
    private static let fragmentLength = 8

    /// How the operator's keys begin; nothing of a key that is so short that it could be any word.
    private let fragments: [[UInt8]]

    /// - Parameter key: the operator's.
    init(key: String) {
        fragments = key.utf8.count < Self.fragmentLength ? [] : [Array(key.utf8.prefix(Self.fragmentLength))]
    }

    /// Takes out what any of several does.
    init(joining redactions: [Redaction]) {
        fragments = redactions.flatMap(\.fragments)
    }

    func apply(_ text: String) -> String {
        String(decoding: apply(Array(text.utf8)), as: UTF8.self)
    }

    func apply(_ bytes: [UInt8]) -> [UInt8] {
        var redacted: [UInt8] = []
        redacted.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while !rest.isEmpty {
            let between = rest.prefix { !Self.isInWord($0) }
            redacted.append(contentsOf: between)
            rest = rest[between.endIndex...]
            // A letter behind a backslash belongs to that: \n is no part of the word behind it, nor is \u000a.
            let escape = between.last == UInt8(ascii: "\\") ? rest.prefix(rest.first == UInt8(ascii: "u") ? 5 : 1) : []
            redacted.append(contentsOf: escape)
            rest = rest.dropFirst(escape.count)
            let word = rest.prefix { Self.isInWord($0) }
            redacted.append(contentsOf: replacement(for: word) ?? word)
            rest = rest[word.endIndex...]
        }
        return redacted
    }

    /// What takes a word's place; nil when it may stay.
    private func replacement(for word: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        if let beginning = Self.beginnings.first(where: { word.starts(with: $0) }),
            Self.isRandom(word.dropFirst(beginning.count))
        {
            return beginning + Self.mask
        }
        let isKnown = fragments.contains { word.firstRange(of: $0) != nil }
        let isMasked = word.firstRange(of: Self.mask) != nil && word.contains { $0 != UInt8(ascii: "*") }
        return isKnown || isMasked ? Self.mask : nil
    }

    /// Whether so many letters and digits are made up by a program, as those of an id are: not the example's, not a chart's.
    private static func isRandom(_ rest: ArraySlice<UInt8>) -> Bool {
        let isOrdinary = rest.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
        }
        return rest.count >= (isOrdinary ? 16 : 4)
    }

    private static func isInWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "*"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
