/// Strings (RFC 8259, section 7). Escapes and UTF-8 are checked, and nothing is decoded.
///
/// A lone escaped surrogate is accepted, as in the RFC's grammar, and passed on unchanged.
extension Scanner {
    /// Scans a string, from its opening quote to behind its closing quote. Returns whether it contains a backslash.
    @inline(__always)
    mutating func scanString(_ bytes: Bytes) throws(ParseError) -> Bool {
        position += 1
        var hasEscapes = false
        while true {
            skipPlainASCII(bytes)
            switch try peek(bytes) {
            case UInt8(ascii: "\""):
                position += 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try scanEscape(bytes)
            case 0..<0x20:
                throw ParseError(.controlCharacter, at: position)
            case 0x80...:
                repeat { try scanMultibyteScalar(bytes) } while position < bytes.count && bytes[position] >= 0x80
            default:
                position += 1
            }
        }
    }

    /// Skips bytes that need no check, eight at a time.
    ///
    /// A byte's high bit in `stops` is set if the byte is a quote, a backslash, below 0x20 or above 0x7F. Borrows can set a
    /// bit wrongly only above a correct one, so the lowest bit is always right.
    @inline(__always)
    private mutating func skipPlainASCII(_ bytes: Bytes) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let base = UnsafeRawBufferPointer(bytes)
        while position + 8 <= bytes.count {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let zeros = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
            let controls = (word &- ones &* 0x20) & ~word
            let stops = (zeros | controls | word) & highs
            if stops != 0 {
                position += stops.trailingZeroBitCount >> 3
                return
            }
            position += 8
        }
    }

    private mutating func scanEscape(_ bytes: Bytes) throws(ParseError) {
        let start = position
        position += 1
        switch try peek(bytes) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            for _ in 0..<4 {
                guard try peek(bytes).isHexadecimalDigit else { throw ParseError(.malformedEscape, at: start) }
                position += 1
            }
        default:
            throw ParseError(.malformedEscape, at: start)
        }
    }

    /// Scans one scalar of two to four bytes, by the table of well-formed sequences (Unicode 15, table 3-7): overlong
    /// forms, surrogates and code points above U+10FFFF are errors.
    @inline(__always)
    private mutating func scanMultibyteScalar(_ bytes: Bytes) throws(ParseError) {
        let start = position
        let first = bytes[start]
        let second = start + 1 < bytes.count ? bytes[start + 1] : 0
        let length: Int
        let secondIsValid: Bool
        switch first {
        case 0xC2...0xDF: (length, secondIsValid) = (2, (0x80...0xBF).contains(second))
        case 0xE0: (length, secondIsValid) = (3, (0xA0...0xBF).contains(second))
        case 0xED: (length, secondIsValid) = (3, (0x80...0x9F).contains(second))
        case 0xE1...0xEF: (length, secondIsValid) = (3, (0x80...0xBF).contains(second))
        case 0xF0: (length, secondIsValid) = (4, (0x90...0xBF).contains(second))
        case 0xF1...0xF3: (length, secondIsValid) = (4, (0x80...0xBF).contains(second))
        case 0xF4: (length, secondIsValid) = (4, (0x80...0x8F).contains(second))
        default: (length, secondIsValid) = (1, false)
        }
        guard secondIsValid, start + length <= bytes.count else { throw ParseError(.invalidUTF8, at: start) }
        for offset in 2..<max(length, 2) where bytes[start + offset] & 0xC0 != 0x80 {
            throw ParseError(.invalidUTF8, at: start)
        }
        position += length
    }
}

extension UInt8 {
    fileprivate var isHexadecimalDigit: Bool {
        self &- UInt8(ascii: "0") < 10 || (self | 0x20) &- UInt8(ascii: "a") < 6
    }

    /// The value of an ASCII hexadecimal digit of either case.
    var hexadecimalDigit: UInt16? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(self - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(self - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
