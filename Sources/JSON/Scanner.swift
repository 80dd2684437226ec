/// A position in a JSON text, and functions that scan the grammar's tokens from there. It checks tokens and stores nothing.
///
/// The functions for strings and numbers are in separate files.
struct Scanner {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    var position = 0

    /// The byte at the position; an error at the end of the text.
    @inline(__always)
    func peek(_ bytes: Bytes) throws(ParseError) -> UInt8 {
        guard position < bytes.count else { throw ParseError(.unexpectedEnd, at: bytes.count) }
        return bytes[position]
    }

    @inline(__always)
    mutating func skipWhitespace(_ bytes: Bytes) {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    /// Skips the byte that the grammar requires here.
    @inline(__always)
    mutating func pass(_ expected: UInt8, _ bytes: Bytes) throws(ParseError) {
        let byte = try peek(bytes)
        guard byte == expected else { throw ParseError(.unexpectedByte(byte), at: position) }
        position += 1
    }

    mutating func scanLiteral(_ text: StaticString, _ bytes: Bytes) throws(ParseError) {
        for offset in 0..<text.utf8CodeUnitCount { try pass(text.utf8Start[offset], bytes) }
    }
}
