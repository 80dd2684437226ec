extension RawSpan {
    subscript(_ offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The offset of the first LF or CR at or after `start`.
    func firstLineEnd(from start: Int) -> Int? {
        withUnsafeBytes { buffer in
            for offset in start..<buffer.count {
                if buffer[offset] == UInt8(ascii: "\n") || buffer[offset] == UInt8(ascii: "\r") { return offset }
            }
            return nil
        }
    }

    func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
        withUnsafeBytes { buffer in buffer[range].firstIndex(of: byte) }
    }

    func matches(_ text: StaticString, _ range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return withUnsafeBytes { buffer in
            for offset in 0..<range.count where buffer[range.lowerBound + offset] != text.utf8Start[offset] {
                return false
            }
            return true
        }
    }

    func hasByteOrderMark(_ range: Range<Int>) -> Bool {
        matches("\u{FEFF}", range.lowerBound..<Swift.min(range.lowerBound + 3, range.upperBound))
    }
}

extension [UInt8] {
    mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
        bytes.withUnsafeBytes { buffer in append(contentsOf: buffer[range]) }
    }
}
