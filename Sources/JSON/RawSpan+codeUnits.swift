extension RawSpan {
    /// Calls `body` for each UTF-16 code unit of the text between the quotes of a JSON string, which must be valid.
    ///
    /// - Parameter body: takes the unit and the number of bytes that it is written as. If a character of two units is written
    ///   without escapes or as a pair of escapes, the first unit has all its bytes.
    public func forEachCodeUnit(_ body: (_ unit: UInt16, _ byteCount: Int) -> Void) {
        withUnsafeBytes { bytes in
            var index = 0
            while index < bytes.count {
                let (byte, rest) = (bytes[index], UnsafeRawBufferPointer(rebasing: bytes[index...]))
                if byte == UInt8(ascii: "\\") {
                    index += Self.readEscape(rest, body)
                } else if byte < 0x80 {
                    body(UInt16(byte), 1)
                    index += 1
                } else {
                    index += Self.readCharacter(rest, body)
                }
            }
        }
    }

    /// - Returns: the number of bytes read.
    private static func readCharacter(_ bytes: UnsafeRawBufferPointer, _ body: (UInt16, Int) -> Void) -> Int {
        let first = UInt32(bytes[0])
        let count = min(first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2, bytes.count)
        var codePoint = first & (0xFF >> UInt32(count + 1))
        for offset in 1..<max(1, count) { codePoint = codePoint << 6 | UInt32(bytes[offset] & 0x3F) }
        if codePoint < 0x10000 {
            body(UInt16(truncatingIfNeeded: codePoint), count)
        } else {
            body(UInt16(truncatingIfNeeded: 0xD800 + (codePoint - 0x10000) >> 10), count)
            body(UInt16(truncatingIfNeeded: 0xDC00 + (codePoint - 0x10000) & 0x3FF), 0)
        }
        return count
    }

    /// - Returns: the number of bytes read: one escape, or two that form a surrogate pair.
    private static func readEscape(_ bytes: UnsafeRawBufferPointer, _ body: (UInt16, Int) -> Void) -> Int {
        guard bytes.count > 1 else {
            body(UInt16(bytes[0]), 1)
            return 1
        }
        guard bytes[1] == UInt8(ascii: "u"), let unit = codeUnit(bytes, 2) else {
            let unit: UInt8 =
                switch bytes[1] {
                case UInt8(ascii: "b"): 0x08
                case UInt8(ascii: "f"): 0x0C
                case UInt8(ascii: "n"): 0x0A
                case UInt8(ascii: "r"): 0x0D
                case UInt8(ascii: "t"): 0x09
                default: bytes[1]
                }
            body(UInt16(unit), 2)
            return 2
        }
        guard UTF16.isLeadSurrogate(unit), bytes.count >= 12, bytes[6] == UInt8(ascii: "\\"),
            bytes[7] == UInt8(ascii: "u"), let trail = codeUnit(bytes, 8), UTF16.isTrailSurrogate(trail)
        else {
            body(unit, 6)
            return 6
        }
        body(unit, 12)
        body(trail, 0)
        return 12
    }

    private static func codeUnit(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt16? {
        guard start + 4 <= bytes.count else { return nil }
        return bytes[start..<start + 4].reduce(0) { $0 << 4 | ($1.hexadecimalDigit ?? 0) }
    }
}
