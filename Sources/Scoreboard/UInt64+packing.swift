// Packs bytes into words: eight in each, the first in the lowest bits.

extension [UInt64] {
    /// Appends bytes. The last word is padded with zeros.
    mutating func append(packing bytes: some Collection<UInt8>) {
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << shift
            shift += 8
            if shift == 64 {
                append(word)
                (word, shift) = (0, 0)
            }
        }
        if shift > 0 { append(word) }
    }
}

extension ArraySlice<UInt64> {
    /// Unpacks bytes from the beginning; fewer if the slice is shorter.
    func unpacked(_ count: Int) -> [UInt8] {
        let count = Swift.min(count, self.count * 8)
        return (0..<count).map { UInt8(truncatingIfNeeded: self[startIndex + $0 / 8] >> UInt64($0 % 8 * 8)) }
    }
}

extension Int {
    /// The number of words that this number of bytes needs.
    var wordsForBytes: Int { (self + Layout.wordSize - 1) / Layout.wordSize }
}
