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
}
