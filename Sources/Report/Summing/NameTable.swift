internal import JSON

/// Assigns numbers to names in order of appearance, so that a line needs no string.
///
/// Clients choose model names, so the table is bounded: all names beyond ``limit`` are ``others``.
struct NameTable {
    /// The number of a missing name.
    static let none = 0
    /// The number shared by all names beyond ``limit``.
    static let others = 1
    static let othersText = "(others)"

    /// The maximum number of names in a table.
    static let limit = 10_000
    /// The number of bytes that are compared; longer names are shortened.
    private static let lengthLimit = 200

    /// The names by number.
    private(set) var texts: [String?] = [nil, othersText]
    private var spellings: [[UInt8]] = [[], []]
    /// Numbers by the spelling's hash, or by the next free value after a collision.
    private var numbers: [UInt64: Int] = [:]
    /// The last number, because most lines have the same name as the line before.
    private var last = NameTable.none

    /// The number of a name as spelled in the log: a JSON string in quotes, or plain text.
    mutating func number(of spelling: RawSpan) -> Int {
        let whole = spelling
        let spelling = whole.extracting(first: Self.lengthLimit)
        if spelling.isEqual(to: spellings[last]) { return last }
        var hash = spelling.hash
        while let number = numbers[hash] {
            if spelling.isEqual(to: spellings[number]) {
                last = number
                return number
            }
            hash &+= 1
        }
        guard texts.count < Self.limit else { return Self.others }
        numbers[hash] = texts.count
        last = texts.count
        spellings.append(Array(spelling))
        texts.append(Self.text(Array(whole)))
        return last
    }

    private static func text(_ spelling: [UInt8]) -> String {
        let decoded = (try? Document(parsing: spelling))?.root.string ?? String(decoding: spelling, as: UTF8.self)
        let shown = SafeText.shown(decoded)
        return shown.utf8.count <= lengthLimit ? shown : shown.prefix(lengthLimit / 4) + "…"
    }
}

extension RawSpan {
    fileprivate func isEqual(to bytes: [UInt8]) -> Bool {
        guard byteCount == bytes.count else { return false }
        for index in 0..<byteCount where self[index] != bytes[index] { return false }
        return true
    }

    /// FNV-1a.
    fileprivate var hash: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0..<byteCount { hash = (hash ^ UInt64(self[index])) &* 0x100_0000_01B3 }
        return hash
    }
}
