extension RawSpan {
    /// Whether the bytes are those of `text`: for an event's name, or data that is a mark.
    public func reads(_ text: StaticString) -> Bool {
        guard byteCount == text.utf8CodeUnitCount else { return false }
        return withUnsafeBytes { bytes in
            // Without a way out of the loop the compiler takes many at a time.
            var difference: UInt8 = 0
            for offset in 0..<bytes.count { difference |= bytes[offset] ^ text.utf8Start[offset] }
            return difference == 0
        }
    }

    /// Whether `text` is somewhere in the bytes.
    ///
    /// Eight bytes are compared at a time, at each place once: an event of megabytes costs milliseconds, whatever is in it.
    ///
    /// - Parameter text: of eight bytes at least.
    public func contains(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        let pattern = UnsafeRawBufferPointer(start: text.utf8Start, count: count)
        guard byteCount >= count else { return false }
        let beginning = pattern.loadUnaligned(as: UInt64.self)
        return withUnsafeBytes { bytes in
            for offset in 0...bytes.count - count
            where bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == beginning {
                if bytes[offset..<offset + count].elementsEqual(pattern) { return true }
            }
            return false
        }
    }
}
