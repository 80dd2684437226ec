/// The text between the quotes of a JSON string, with its escapes.
///
/// It is copied without being decoded and encoded again, so that every escape stays as it was written.
public struct StringContents: Sendable {
    /// The text in UTF-8, with its escapes.
    public let bytes: ArraySlice<UInt8>
    /// Whether `bytes` contains a backslash. Otherwise `bytes` is the decoded text.
    public let hasEscapes: Bool

    init(bytes: ArraySlice<UInt8>, hasEscapes: Bool) {
        self.bytes = bytes
        self.hasEscapes = hasEscapes
    }

    /// Joins the contents of several strings.
    public init(joining pieces: some Sequence<StringContents>) {
        var bytes: [UInt8] = []
        var hasEscapes = false
        for piece in pieces {
            bytes.append(contentsOf: piece.bytes)
            hasEscapes = hasEscapes || piece.hasEscapes
        }
        self.init(bytes: bytes[...], hasEscapes: hasEscapes)
    }

    /// Whether the string is `""`.
    public var isEmpty: Bool { bytes.isEmpty }

    /// The text with its escapes decoded. A lone surrogate becomes U+FFFD.
    public var decoded: String {
        guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: unescaped { Unicode.Scalar($0) == nil ? 0xFFFD : $0 }, as: UTF8.self)
    }

    /// The scalars of the text, each with the range of its bytes; nil stands for a lone surrogate.
    public var scalars: Scalars { Scalars(bytes) }

    /// The text as UTF-8. Escaped code points, including lone surrogates, are passed to `replacement` first.
    private func unescaped(_ replacement: (UInt32) -> UInt32 = { $0 }) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var rest = bytes
        while let backslash = rest.firstIndex(of: UInt8(ascii: "\\")) {
            text.append(contentsOf: rest[..<backslash])
            var escaped = Scalars(rest[backslash...])
            text.append(codePoint: replacement(escaped.nextCodePoint()))
            rest = rest[escaped.position...]
        }
        text.append(contentsOf: rest)
        return text
    }
}

/// Texts are equal if they have the same code points, however they are escaped (RFC 8259, section 8.3). Unlike Swift's
/// strings, canonically equivalent texts differ, and different lone surrogates differ.
extension StringContents: Hashable {
    public static func == (contents: StringContents, other: StringContents) -> Bool {
        guard contents.hasEscapes || other.hasEscapes else { return contents.bytes == other.bytes }
        return contents.unescaped() == other.unescaped()
    }

    /// Whether the decoded text is `text`.
    public static func == (contents: StringContents, text: StaticString) -> Bool {
        contents.decodes(to: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether the decoded text is `text`. A text with a lone surrogate is equal to no Swift string.
    public static func == (contents: StringContents, text: String) -> Bool {
        var text = text
        return text.withUTF8 { contents.decodes(to: $0) }
    }

    /// Lets a `switch` compare the text with literals.
    public static func ~= (text: StaticString, contents: StringContents) -> Bool { contents == text }

    func decodes(to text: UnsafeBufferPointer<UInt8>) -> Bool {
        if hasEscapes { return unescaped().elementsEqual(text) }
        guard bytes.count == text.count else { return false }
        return bytes.withUnsafeBufferPointer { $0.isEqual(to: text) }
    }

    public func hash(into hasher: inout Hasher) {
        if hasEscapes {
            unescaped().withUnsafeBytes { hasher.combine(bytes: $0) }
        } else {
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }
}

extension [UInt8] {
    /// Appends a code point as UTF-8 does; a surrogate is encoded like other code points.
    fileprivate mutating func append(codePoint: UInt32) {
        func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: codePoint >> shift & 0x3F) }
        switch codePoint {
        case ..<0x80:
            append(UInt8(truncatingIfNeeded: codePoint))
        case ..<0x800:
            append(0xC0 | UInt8(truncatingIfNeeded: codePoint >> 6))
            append(continuation(0))
        case ..<0x10000:
            append(0xE0 | UInt8(truncatingIfNeeded: codePoint >> 12))
            append(continuation(6))
            append(continuation(0))
        default:
            append(0xF0 | UInt8(truncatingIfNeeded: codePoint >> 18))
            append(continuation(12))
            append(continuation(6))
            append(continuation(0))
        }
    }
}
