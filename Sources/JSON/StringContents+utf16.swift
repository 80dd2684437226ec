/// Text as UTF-16, the units of JSON's own escapes: a text that is split within a surrogate pair, as two escapes in two
/// strings, has the same units as the whole text.
extension StringContents {
    /// Calls `body` for each code unit with the number of bytes that it is written as. If a scalar of two units is written
    /// without escapes, the first unit has all its bytes.
    public func forEachCodeUnit(_ body: (_ unit: UInt16, _ byteCount: Int) -> Void) {
        bytes.span.bytes.forEachCodeUnit(body)
    }

    /// The code units of the text.
    public var utf16: [UInt16] {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count)
        forEachCodeUnit { unit, _ in units.append(unit) }
        return units
    }

    /// The beginning of the text, up to a number of bytes. It must end after a character or an escape.
    public func prefix(byteCount: Int) -> StringContents {
        StringContents(bytes: bytes.prefix(byteCount), hasEscapes: hasEscapes)
    }

    /// The text after ``prefix(byteCount:)``.
    public func dropFirst(byteCount: Int) -> StringContents {
        StringContents(bytes: bytes.dropFirst(byteCount), hasEscapes: hasEscapes)
    }
}
