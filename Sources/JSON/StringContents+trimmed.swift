extension StringContents {
    /// The text without white space at both ends, as in Python's `str.strip()` (Unicode white space and the four ASCII
    /// separators). White space is recognised both plain and escaped. The text in between is not examined.
    public var trimmed: StringContents {
        var rest = bytes
        for (scalar, range) in scalars {
            guard let scalar, scalar.isWhiteSpace else { break }
            rest = rest[range.upperBound...]
        }
        while let start = rest.startOfLastScalar {
            var last = Scalars(rest[start...])
            guard let scalar = Unicode.Scalar(last.nextCodePoint()), scalar.isWhiteSpace else { break }
            rest = rest[..<start]
        }
        return StringContents(bytes: rest, hasEscapes: hasEscapes && rest.contains(UInt8(ascii: "\\")))
    }
}

extension Unicode.Scalar {
    fileprivate var isWhiteSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }
}

/// The contents of strings that ``Parser`` has validated.
extension ArraySlice<UInt8> {
    /// The index at which the last scalar, or the second half of a surrogate pair, begins; nil if the text is empty.
    fileprivate var startOfLastScalar: Int? {
        guard var start = indices.last else { return nil }
        while self[start] & 0xC0 == 0x80 { start -= 1 }
        if isEscape(at: start - 1) { return start - 1 }
        if start - 4 > startIndex, self[start - 4] == UInt8(ascii: "u"), isEscape(at: start - 5) { return start - 5 }
        return start
    }

    /// Whether the byte at `index` is a backslash that is not itself escaped: an even number of backslashes precede it.
    func isEscape(at index: Int) -> Bool {
        guard index >= startIndex else { return false }
        let backslashes = self[...index].reversed().prefix { $0 == UInt8(ascii: "\\") }
        return !backslashes.count.isMultiple(of: 2)
    }
}
