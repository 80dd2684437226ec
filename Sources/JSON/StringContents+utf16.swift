/// Text as UTF-16: the units in which JSON's own escapes are counted, so that even a text that is cut in the middle of a
/// surrogate pair, as two escapes in two strings, reads the same as the whole.
extension StringContents {
    /// Calls `body` for each code unit with the number of bytes that it is written as. Of a scalar that takes two units, and
    /// is written in one go, the first unit has all the bytes.
    public func forEachCodeUnit(_ body: (_ unit: UInt16, _ byteCount: Int) -> Void) {
        guard !isASCII else { return bytes.forEach { body(UInt16($0), 1) } }
        var scalars = scalars
        while scalars.position < bytes.endIndex {
            let start = scalars.position
            let codePoint = scalars.nextCodePoint()
            let byteCount = scalars.position - start
            if codePoint < 0x10000 {
                body(UInt16(codePoint), byteCount)
            } else {
                body(UInt16(0xD800 + (codePoint - 0x10000) >> 10), byteCount)
                body(UInt16(0xDC00 + (codePoint - 0x10000) & 0x3FF), 0)
            }
        }
    }

    /// The code units of the text.
    public var utf16: [UInt16] {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count)
        forEachCodeUnit { unit, _ in units.append(unit) }
        return units
    }

    /// The beginning that is written in so many bytes, which must end where a character or an escape does.
    public func prefix(byteCount: Int) -> StringContents {
        StringContents(bytes: bytes.prefix(byteCount), hasEscapes: hasEscapes)
    }

    /// What comes after ``prefix(byteCount:)``.
    public func dropFirst(byteCount: Int) -> StringContents {
        StringContents(bytes: bytes.dropFirst(byteCount), hasEscapes: hasEscapes)
    }

    private var isASCII: Bool { !hasEscapes && bytes.allSatisfy { $0 < 0x80 } }
}
