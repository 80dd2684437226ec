/// What stands between the quotes of a JSON string, escapes and all.
///
/// It is passed on without being decoded and encoded again, so that every escape stays as its author wrote it.
public struct StringContents: Sendable {
    /// The text in UTF-8, with its escapes.
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

    /// Whether the string is `""`.
    public var isEmpty: Bool { bytes.isEmpty }

    /// The text with its escapes decoded. A surrogate that stands alone becomes U+FFFD.
    public var decoded: String {
        guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: unescaped { Unicode.Scalar($0) == nil ? 0xFFFD : $0 }, as: UTF8.self)
    }

    /// The scalars of the text, each with the bytes it is written as; nil stands for a surrogate without its other
    /// half.
    public var scalars: Scalars { Scalars(bytes) }

    /// The text as UTF-8. Code points that were escaped are handed to `replacement` first: lone surrogates are among
    /// them.
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

/// Equal are texts of the same code points, however they are escaped (RFC 8259, section 8.3): neither Unicode's
/// canonical equivalence counts, as in Swift's strings, nor are all lone surrogates the same.
extension StringContents: Hashable {
    public static func == (contents: StringContents, other: StringContents) -> Bool {
        guard contents.hasEscapes || other.hasEscapes else { return contents.bytes == other.bytes }
        return contents.unescaped() == other.unescaped()
    }

    /// Whether the text reads `text`.
    public static func == (contents: StringContents, text: StaticString) -> Bool {
        contents.decodes(to: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

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
    /// Encodes as UTF-8 does, a surrogate included.
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
