/// Removes from upstream's error texts what concerns only the operator: keys (whole, truncated or masked) and the ids of
/// organizations and projects. OpenAI quotes keys when a key is wrong, and ids when a limit is reached.
///
/// Works on bytes, whether they are JSON, events or plain text: the removed words and their replacements consist of
/// letters, digits and a few signs, which are encoded identically in all three.
struct Redaction {
    /// The largest error that is searched and passed on, in bytes. A longer search would block the event loop, and OpenAI's
    /// own errors are far smaller.
    static let sizeLimit = 1 << 20

    /// Prefixes of keys (`sk-`) and ids. A word with such a prefix is removed if its suffix looks machine-generated.
    private static let beginnings = ["sk-", "org-", "proj-", "proj_"].map { Array($0.utf8) }
    private static let mask = Array("***".utf8)
    /// How many bytes of a key's prefix identify the key: one machine word, so that a comparison is one instruction.
    private static let fragmentLength = MemoryLayout<UInt64>.size

    /// The prefixes of the operator's keys; none for a key that is shorter than a prefix, which could be an ordinary word.
    private let fragments: [UInt64]

    /// - Parameter key: the operator's key.
    init(key: String) {
        let beginning = Array(key.utf8.prefix(Self.fragmentLength))
        fragments =
            beginning.count < Self.fragmentLength
            ? [] : [beginning.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }]
    }

    /// Removes what any of the given redactions removes.
    init(joining redactions: [Redaction]) {
        fragments = redactions.flatMap(\.fragments)
    }

    func apply(_ text: String) -> String {
        String(decoding: apply(Array(text.utf8)), as: UTF8.self)
    }

    func apply(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)] {
        headers.map { ($0.name, $0.value.utf8.count < Self.fragmentLength ? $0.value : apply($0.value)) }
    }

    func apply(_ bytes: [UInt8]) -> [UInt8] {
        removeWords(from: Self.unescaped(bytes))
    }

    /// The text with the escape sequences of letters, digits and signs of words replaced with these (`\u0053` with `S`): in
    /// JSON, both mean the same.
    private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: "\\")) else { return bytes }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "\\")) {
            text += rest[..<start]
            let sequence = rest[start...].prefix(6)
            if let byte = wordByte(escapedAs: sequence) {
                text.append(byte)
                rest = rest[sequence.endIndex...]
            } else {
                // Two bytes, so that the second of two backslashes does not begin a sequence.
                text += rest[start...].prefix(2)
                rest = rest[start...].dropFirst(2)
            }
        }
        return text + rest
    }

    /// The byte that `\u00XX` stands for, if it belongs to words.
    private static func wordByte(escapedAs sequence: ArraySlice<UInt8>) -> UInt8? {
        guard sequence.count == 6, sequence.dropFirst().first == UInt8(ascii: "u"),
            let code = UInt16(String(decoding: sequence.suffix(4), as: UTF8.self), radix: 16),
            let byte = UInt8(exactly: code), isInWord(byte)
        else { return nil }
        return byte
    }

    private func removeWords(from bytes: [UInt8]) -> [UInt8] {
        var redacted: [UInt8] = []
        redacted.reserveCapacity(bytes.count)
        bytes.withUnsafeBytes { bytes in
            var copied = 0
            var offset = 0
            while let start = bytes[offset...].firstIndex(where: Self.isInWord) {
                offset = start
                // A letter after a backslash is part of an escape sequence: neither `\n` nor `\u000a` belongs to the word
                // after it.
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

    /// The replacement of a word; nil when the word stays.
    private func replacement(for word: UnsafeRawBufferPointer) -> [UInt8]? {
        // Removed words are at least as long as the mask.
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

    /// Whether the word has three asterisks in a row and other characters too.
    private static func isMasked(_ word: UnsafeRawBufferPointer) -> Bool {
        var row = 0
        var longestRow = 0
        for byte in word {
            row = byte == UInt8(ascii: "*") ? row + 1 : 0
            longestRow = max(longestRow, row)
        }
        return longestRow >= mask.count && longestRow < word.count
    }

    /// Whether the suffix looks machine-generated, like an id, and not like a word (`sk-example`, `org-chart`).
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
