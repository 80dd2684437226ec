internal import Glibc

/// Searching and parsing bytes.
extension RawSpan {
    subscript(_ offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    /// Whether these bytes are `text`.
    @inline(__always)
    func reads(_ text: StaticString) -> Bool {
        byteCount == text.utf8CodeUnitCount && hasPrefix(text)
    }

    /// Whether `text` is at `offset`, which may be out of bounds.
    @inline(__always)
    func hasPrefix(_ text: StaticString, at offset: Int = 0) -> Bool {
        let count = text.utf8CodeUnitCount
        guard offset >= 0, offset + count <= byteCount else { return false }
        return withUnsafeBytes { memcmp($0.baseAddress.unsafelyUnwrapped + offset, text.utf8Start, count) == 0 }
    }

    /// The offset of the first `byte` at or after `start`.
    @inline(__always)
    func first(_ byte: UInt8, from start: Int = 0) -> Int? {
        guard start < byteCount else { return nil }
        return withUnsafeBytes { buffer in
            let base = buffer.baseAddress.unsafelyUnwrapped
            return memchr(base + start, Int32(byte), buffer.count - start).map { UnsafeRawPointer($0) - base }
        }
    }

    /// The offset of the first occurrence of `text`.
    func first(_ text: StaticString) -> Int? {
        var position = 0
        while let offset = first(text.utf8Start.pointee, from: position) {
            if hasPrefix(text, at: offset) { return offset }
            position = offset + 1
        }
        return nil
    }

    /// Parses the number at `position` and moves `position` behind its digits; nil if there is none or it is too large.
    @inline(__always)
    func number(at position: inout Int) -> Int? {
        let start = position
        var value = 0
        while position < byteCount {
            let digit = Int(self[position]) - Int(UInt8(ascii: "0"))
            guard (0..<10).contains(digit) else { break }
            guard value < Int.max / 10 - 1 else { return nil }
            value = value * 10 + digit
            position += 1
        }
        return position > start ? value : nil
    }

    /// All bytes parsed as a number without sign or fraction; nil if they are not one.
    @inline(__always)
    var number: Int? {
        var position = 0
        guard let value = number(at: &position), position == byteCount else { return nil }
        return value
    }
}
