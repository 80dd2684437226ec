/// Name-value pairs, as in PARAMS and GET_VALUES records (FastCGI 1.0, section 3.4): the length of the name, the length of the
/// value, the name, the value.
enum NameValuePairs {
    /// Calls `body` with the ranges of each pair's name and value. Every length is checked against the number of bytes.
    ///
    /// - Returns: false if the bytes are malformed. `body` was then called for the pairs before the error.
    static func forEach(in bytes: RawSpan, _ body: (_ name: Range<Int>, _ value: Range<Int>) -> Void) -> Bool {
        var offset = 0
        while offset < bytes.byteCount {
            guard let nameLength = readLength(in: bytes, at: &offset),
                let valueLength = readLength(in: bytes, at: &offset)
            else { return false }
            // Each is below 2^31, so the sum does not overflow.
            guard nameLength + valueLength <= bytes.byteCount - offset else { return false }
            let nameEnd = offset + nameLength
            body(offset..<nameEnd, nameEnd..<nameEnd + valueLength)
            offset = nameEnd + valueLength
        }
        return true
    }

    /// A length below 128 takes one byte. Any other takes four bytes, and the highest bit of the first is set.
    private static func readLength(in bytes: RawSpan, at offset: inout Int) -> Int? {
        guard offset < bytes.byteCount else { return nil }
        let first = Int(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
        guard first >= 0x80 else {
            offset += 1
            return first
        }
        guard offset + 4 <= bytes.byteCount else { return nil }
        let length = (1...3).reduce(first & 0x7F) { length, index in
            length << 8 | Int(bytes.unsafeLoad(fromByteOffset: offset + index, as: UInt8.self))
        }
        offset += 4
        return length
    }

    /// Encodes one pair. The name and the value must be shorter than 128 bytes each.
    static func encode(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count), UInt8(value.utf8.count)] + Array(name.utf8) + Array(value.utf8)
    }
}
