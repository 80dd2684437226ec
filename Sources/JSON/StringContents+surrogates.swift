/// Lone surrogates: JSON can express them with escapes, but they are not text, and most programs fail on them.
extension StringContents {
    /// No text.
    public static let empty = StringContents(bytes: [], hasEscapes: false)

    /// The text with U+FFFD in place of each lone surrogate.
    public var wellFormed: StringContents {
        guard hasEscapes, bytes.mayHaveSurrogates else { return self }
        var result: [UInt8] = []
        var copied = bytes.startIndex
        for (scalar, range) in scalars where scalar == nil {
            result.append(contentsOf: bytes[copied..<range.lowerBound])
            result.append(contentsOf: "\u{FFFD}".utf8)
            copied = range.upperBound
        }
        guard copied > bytes.startIndex else { return self }
        result.append(contentsOf: bytes[copied...])
        return StringContents(bytes: result[...], hasEscapes: true)
    }

    /// Splits off the first half of a surrogate pair at the end: its second half may be in the next piece of the text.
    ///
    /// - Returns: the text before it, and the half; the whole text and nil if it does not end like this.
    public var splittingHalf: (text: StringContents, half: StringContents?) {
        guard hasEscapes, let start = bytes.startOfFinalLeadSurrogate else { return (self, nil) }
        return (
            StringContents(bytes: bytes[..<start], hasEscapes: true),
            StringContents(bytes: bytes[start...], hasEscapes: true)
        )
    }
}

extension RawSpan {
    /// Whether the text between the quotes of a JSON string may have an escaped surrogate.
    public var mayHaveSurrogates: Bool {
        withUnsafeBytes { bytes in
            for index in 0..<max(0, bytes.count - 5)
            where bytes[index] == UInt8(ascii: "\\") && bytes[index + 1] == UInt8(ascii: "u")
                && bytes[index + 2] | 0x20 == UInt8(ascii: "d")
            {
                return true
            }
            return false
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate var mayHaveSurrogates: Bool { span.bytes.mayHaveSurrogates }

    /// The index of the escape of a lead surrogate that ends the text; nil if the text ends otherwise.
    fileprivate var startOfFinalLeadSurrogate: Int? {
        let start = endIndex - 6
        guard start >= startIndex, self[start + 1] == UInt8(ascii: "u"), self[start + 2] | 0x20 == UInt8(ascii: "d"),
            let digit = self[start + 3].hexadecimalDigit, (8...0xB).contains(digit), isEscape(at: start)
        else { return nil }
        return start
    }
}
