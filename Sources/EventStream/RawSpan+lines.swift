extension RawSpan {
    subscript(_ offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The offset of the first LF or CR at or after `start`.
    func firstLineEnd(from start: Int) -> Int? {
        var offset = start
        while offset + 8 <= byteCount {
            let word = UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            if word.mayHaveLineEnds {
                let lineEnds = word.highBits(ofBytes: UInt8(ascii: "\n")) | word.highBits(ofBytes: UInt8(ascii: "\r"))
                if lineEnds != 0 { return offset + lineEnds.trailingZeroBitCount >> 3 }
            }
            offset += 8
        }
        return (offset..<byteCount).first { self[$0] == UInt8(ascii: "\n") || self[$0] == UInt8(ascii: "\r") }
    }

    func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
        withUnsafeBytes { buffer in buffer[range].firstIndex(of: byte) }
    }

    /// Whether the range begins with a space.
    func hasSpace(_ range: Range<Int>) -> Bool {
        !range.isEmpty && self[range.lowerBound] == UInt8(ascii: " ")
    }

    /// Whether the range begins with U+FEFF.
    func hasByteOrderMark(_ range: Range<Int>) -> Bool {
        extracting(range).extracting(first: 3).reads("\u{FEFF}")
    }
}

extension [UInt8] {
    mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
        bytes.withUnsafeBytes { buffer in append(contentsOf: buffer[range]) }
    }
}

extension UInt64 {
    /// Whether one of the eight bytes is CR or below. Apart from line ends, text and JSON contain few such bytes.
    fileprivate var mayHaveLineEnds: Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        return (self &- ones &* UInt64(UInt8(ascii: "\r") + 1)) & ~self & (ones << 7) != 0
    }

    /// The high bits of those of the eight bytes that equal `byte`. Borrows can set a bit wrongly only above a correct one,
    /// so the lowest bit is always right.
    fileprivate func highBits(ofBytes byte: UInt8) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let difference = self ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & (ones << 7)
    }
}
