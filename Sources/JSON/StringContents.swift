/// What stands between the quotes of a JSON string, escapes and all.
///
/// It is passed on without being decoded and encoded again, so that every escape stays as its author wrote it.
public struct StringContents: Sendable {
    public let bytes: ArraySlice<UInt8>
    /// Whether there is a backslash in `bytes`; without one they are the text itself.
    public let hasEscapes: Bool

    init(bytes: ArraySlice<UInt8>, hasEscapes: Bool) {
        self.bytes = bytes
        self.hasEscapes = hasEscapes
    }

    /// The contents of several strings, one after the other.
    public init(joining pieces: some Sequence<StringContents>) {
        var bytes: [UInt8] = []
        var hasEscapes = false
        for piece in pieces {
            bytes.append(contentsOf: piece.bytes)
            hasEscapes = hasEscapes || piece.hasEscapes
        }
        self.init(bytes: bytes[...], hasEscapes: hasEscapes)
    }

    public var isEmpty: Bool { bytes.isEmpty }

    /// The text with its escapes decoded. A surrogate that stands alone becomes U+FFFD.
    public var decoded: String {
        guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
        var text = ""
        text.unicodeScalars.reserveCapacity(bytes.count)
        for (scalar, _) in scalars { text.unicodeScalars.append(scalar ?? "\u{FFFD}") }
        return text
    }

    /// The scalars of the text, each with the bytes it is written as; nil stands for a surrogate without its other half.
    public var scalars: Scalars { Scalars(bytes) }

    public static func == (contents: StringContents, text: StaticString) -> Bool {
        if contents.hasEscapes { return contents.decoded == text.description }
        let bytes = contents.bytes
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        return bytes.withUnsafeBufferPointer { buffer in
            for index in 0..<buffer.count where buffer[index] != text.utf8Start[index] { return false }
            return true
        }
    }

    /// Without the white space at both ends, as Python's `str.strip()` understands it (Unicode white space and the four
    /// ASCII separators), whether it is written plainly or escaped.
    public var trimmed: StringContents {
        var first: Int?
        var end = bytes.startIndex
        for (scalar, range) in scalars {
            if let scalar, scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value) { continue }
            if first == nil { first = range.lowerBound }
            end = range.upperBound
        }
        return StringContents(bytes: bytes[(first ?? end)..<end], hasEscapes: hasEscapes)
    }

    /// Walks through text that ``Parser`` has validated.
    public struct Scalars: Sequence, IteratorProtocol, Sendable {
        private let bytes: ArraySlice<UInt8>
        private var position: Int

        init(_ bytes: ArraySlice<UInt8>) {
            self.bytes = bytes
            position = bytes.startIndex
        }

        public mutating func next() -> (Unicode.Scalar?, Range<Int>)? {
            guard position < bytes.endIndex else { return nil }
            let start = position
            let scalar = bytes[position] == UInt8(ascii: "\\") ? nextEscaped() : nextPlain()
            return (scalar, start..<position)
        }

        private mutating func nextPlain() -> Unicode.Scalar? {
            let first = bytes[position]
            position += 1
            guard first >= 0x80 else { return Unicode.Scalar(first) }
            let continuations = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1
            var value = UInt32(first) & (0x3F >> UInt32(continuations))
            for _ in 0..<continuations {
                value = value << 6 | UInt32(bytes[position] & 0x3F)
                position += 1
            }
            return Unicode.Scalar(value)
        }

        private mutating func nextEscaped() -> Unicode.Scalar? {
            let letter = bytes[position + 1]
            position += 2
            switch letter {
            case UInt8(ascii: "b"): return "\u{08}"
            case UInt8(ascii: "f"): return "\u{0C}"
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "u"): return nextUTF16()
            default: return Unicode.Scalar(letter)
            }
        }

        /// The scalar of one `\uXXXX`, or of two that are a surrogate pair.
        private mutating func nextUTF16() -> Unicode.Scalar? {
            let unit = codeUnit(at: position)
            position += 4
            guard UTF16.isLeadSurrogate(unit), position + 6 <= bytes.endIndex,
                bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
            else { return Unicode.Scalar(UInt32(unit)) }
            let trail = codeUnit(at: position + 2)
            guard UTF16.isTrailSurrogate(trail) else { return nil }
            position += 6
            return Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00))
        }

        private func codeUnit(at start: Int) -> UInt16 {
            bytes[start..<start + 4].reduce(0) { $0 << 4 | ($1.hexadecimalDigit ?? 0) }
        }
    }
}
