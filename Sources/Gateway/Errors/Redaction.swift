/// Takes out of what upstream says about an error what concerns the operator alone: keys, whole, cut or masked, and the ids
/// of organizations and projects. OpenAI quotes the former when a key is wrong, and the latter when a limit is reached.
///
/// Works on bytes, whether they are JSON, events or plain text: what is taken out and what takes its place are words of
/// letters, digits and a few signs, which are written alike in all of them.
struct Redaction {
    /// The largest error that is searched and passed on, in bytes. A longer search would hold up the event loop, and OpenAI's
    /// own errors are far smaller.
    static let sizeLimit = 1 << 20

    /// Words that begin so are keys (`sk-`) or ids, if what follows looks like one.
    private static let beginnings = ["sk-", "org-", "proj-", "proj_"].map { Array($0.utf8) }
    private static let mask = Array("***".utf8)
    /// So much of a key's beginning tells the key: a word of the machine.
    private static let fragmentLength = MemoryLayout<UInt64>.size

    /// How the operator's keys begin; nothing of a key that is so short that it could be any word.
    private let fragments: [UInt64]

    /// - Parameter key: the operator's.
    init(key: String) {
        let beginning = Array(key.utf8.prefix(Self.fragmentLength))
        fragments =
            beginning.count < Self.fragmentLength
            ? [] : [beginning.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }]
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
        bytes.withUnsafeBytes { bytes in
            var copied = 0
            var offset = 0
            while let start = bytes[offset...].firstIndex(where: Self.isInWord) {
                offset = start
                // A letter behind a backslash belongs to that: \n is no part of the word behind it, nor is \u000a.
                if start > 0, bytes[start - 1] == UInt8(ascii: "\\") {
                    offset = min(start + (bytes[start] == UInt8(ascii: "u") ? 5 : 1), bytes.count)
                }
                let word = offset
                offset = bytes[word...].firstIndex { !Self.isInWord($0) } ?? bytes.count
                if let replacement = replacement(for: UnsafeRawBufferPointer(rebasing: bytes[word..<offset])) {
                    redacted.append(contentsOf: bytes[copied..<word])
                    redacted += replacement
                    copied = offset
                }
            }
            redacted.append(contentsOf: bytes[copied...])
        }
        return redacted
    }

    /// What takes a word's place; nil when it may stay.
    private func replacement(for word: UnsafeRawBufferPointer) -> [UInt8]? {
        // No word that is taken out is shorter than a mask.
        guard word.count >= Self.mask.count else { return nil }
        if let beginning = Self.beginnings.first(where: { word.starts(with: $0) }),
            Self.isRandom(word.dropFirst(beginning.count))
        {
            return beginning + Self.mask
        }
        return fragments.contains(where: { Self.contains($0, in: word) }) || Self.isMasked(word) ? Self.mask : nil
    }

    private static func contains(_ fragment: UInt64, in word: UnsafeRawBufferPointer) -> Bool {
        guard word.count >= fragmentLength else { return false }
        return (0...word.count - fragmentLength).contains {
            word.loadUnaligned(fromByteOffset: $0, as: UInt64.self) == fragment
        }
    }

    /// Whether there are three asterisks in a row, and something else.
    private static func isMasked(_ word: UnsafeRawBufferPointer) -> Bool {
        var row = 0
        var longestRow = 0
        for byte in word {
            row = byte == UInt8(ascii: "*") ? row + 1 : 0
            longestRow = max(longestRow, row)
        }
        return longestRow >= mask.count && longestRow < word.count
    }

    /// Whether so many letters and digits are made up by a program, as those of an id are: not the example's, not a chart's.
    private static func isRandom(_ rest: Slice<UnsafeRawBufferPointer>) -> Bool {
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
