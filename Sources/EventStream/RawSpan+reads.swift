extension RawSpan {
    /// Whether the bytes are those of `text`, such as an event's name or the data `[DONE]`.
    public func reads(_ text: StaticString) -> Bool {
        guard byteCount == text.utf8CodeUnitCount else { return false }
        return withUnsafeBytes { bytes in
            // Without an early exit, the compiler vectorises the loop.
            var difference: UInt8 = 0
            for offset in 0..<bytes.count { difference |= bytes[offset] ^ text.utf8Start[offset] }
            return difference == 0
        }
    }

    /// Whether the bytes contain `text`.
    ///
    /// - Parameter text: the text to find, at least eight bytes long.
    public func contains(_ text: StaticString) -> Bool {
        firstOffset(of: text) != nil
    }

    /// The offset of the first occurrence of `text`; nil if there is none.
    ///
    /// Compares eight bytes at each position, so that even an event of megabytes takes milliseconds, whatever it contains.
    ///
    /// - Parameters:
    ///   - text: the text to find, at least eight bytes long.
    ///   - start: the offset at which the search begins.
    public func firstOffset(of text: StaticString, from start: Int = 0) -> Int? {
        let count = text.utf8CodeUnitCount
        let pattern = UnsafeRawBufferPointer(start: text.utf8Start, count: count)
        guard start >= 0, byteCount - start >= count else { return nil }
        let beginning = pattern.loadUnaligned(as: UInt64.self)
        return withUnsafeBytes { bytes in
            for offset in start...bytes.count - count
            where bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == beginning {
                if bytes[offset..<offset + count].elementsEqual(pattern) { return offset }
            }
            return nil
        }
    }
}
