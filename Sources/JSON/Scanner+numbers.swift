/// Numbers (RFC 8259, section 6). They are checked against the grammar and never converted, so that no digit is lost.
extension Scanner {
    mutating func scanNumber(_ bytes: Bytes) throws(ParseError) {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        guard skipDigits(bytes) else { throw ParseError(.malformedNumber, at: start) }
        if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
            throw ParseError(.malformedNumber, at: start)
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard skipDigits(bytes) else { throw ParseError(.malformedNumber, at: start) }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard skipDigits(bytes) else { throw ParseError(.malformedNumber, at: start) }
        }
    }

    /// Skips digits; false if there are none.
    private mutating func skipDigits(_ bytes: Bytes) -> Bool {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position > start
    }
}
