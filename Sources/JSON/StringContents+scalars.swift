extension StringContents {
    /// Iterates over text that `Parser` has validated.
    public struct Scalars: Sequence, IteratorProtocol, Sendable {
        private let bytes: ArraySlice<UInt8>
        /// The index at which the next scalar begins.
        private(set) var position: Int

        init(_ bytes: ArraySlice<UInt8>) {
            self.bytes = bytes
            position = bytes.startIndex
        }

        public mutating func next() -> (Unicode.Scalar?, Range<Int>)? {
            guard position < bytes.endIndex else { return nil }
            let start = position
            let codePoint = nextCodePoint()
            return (Unicode.Scalar(codePoint), start..<position)
        }

        /// The code point at the position, which must not be the end; a lone surrogate is returned as it is.
        mutating func nextCodePoint() -> UInt32 {
            bytes[position] == UInt8(ascii: "\\") ? nextEscaped() : nextPlain()
        }

        private mutating func nextPlain() -> UInt32 {
            let first = bytes[position]
            position += 1
            guard first >= 0x80 else { return UInt32(first) }
            let continuations = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1
            var value = UInt32(first) & (0x3F >> UInt32(continuations))
            for _ in 0..<continuations {
                value = value << 6 | UInt32(bytes[position] & 0x3F)
                position += 1
            }
            return value
        }

        private mutating func nextEscaped() -> UInt32 {
            let letter = bytes[position + 1]
            position += 2
            switch letter {
            case UInt8(ascii: "b"): return 0x08
            case UInt8(ascii: "f"): return 0x0C
            case UInt8(ascii: "n"): return 0x0A
            case UInt8(ascii: "r"): return 0x0D
            case UInt8(ascii: "t"): return 0x09
            case UInt8(ascii: "u"): return nextUTF16()
            default: return UInt32(letter)
            }
        }

        /// The code point of one `\u` escape, or of two that form a surrogate pair.
        private mutating func nextUTF16() -> UInt32 {
            let unit = codeUnit(at: position)
            position += 4
            guard UTF16.isLeadSurrogate(unit), position + 6 <= bytes.endIndex,
                bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
            else { return UInt32(unit) }
            let trail = codeUnit(at: position + 2)
            guard UTF16.isTrailSurrogate(trail) else { return UInt32(unit) }
            position += 6
            return 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00)
        }

        private func codeUnit(at start: Int) -> UInt16 {
            bytes[start..<start + 4].reduce(0) { $0 << 4 | ($1.hexadecimalDigit ?? 0) }
        }
    }
}
