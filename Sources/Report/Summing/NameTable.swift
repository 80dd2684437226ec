internal import JSON

/// Numbers for names, given out as they are first seen, so that a line costs no string.
///
/// A client chooses the name of its model, so the table is bounded: names beyond ``limit`` are all ``others``.
struct NameTable {
    /// The number of a name that is not there.
    static let none = 0
    /// The number of all names that there is no room for.
    static let others = 1
    static let othersText = "(others)"

    /// How many names a table holds.
    static let limit = 10_000
    /// How many bytes of a name count; of longer ones the beginning is shown.
    private static let lengthLimit = 200

    /// The names by their numbers.
    private(set) var texts: [String?] = [nil, othersText]
    private var spellings: [[UInt8]] = [[], []]
    /// By the hash of the spelling, or the next number that was free.
    private var numbers: [UInt64: Int] = [:]
    /// Most lines are about what the line before was about.
    private var last = NameTable.none

    /// The number of a name as it is spelt in the log: a JSON string in quotes, or the plain text.
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
