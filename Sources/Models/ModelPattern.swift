/// A pattern for models' names, in which `*` matches any run of characters, including none.
public struct ModelPattern: Sendable, Equatable {
    /// The pattern as it was written.
    public let text: String
    private let bytes: [UInt8]
    private let hasStar: Bool

    /// Any text is a pattern. Without a star, it matches exactly that name.
    public init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
        hasStar = bytes.contains(UInt8(ascii: "*"))
    }

    /// Whether it has no star, and matches a single name.
    public var isName: Bool { !hasStar }

    /// Number of characters other than stars. Of two patterns that match a name, the one with the higher number is more
    /// specific. A name without a star is more specific than every pattern with one.
    var specificity: Int {
        hasStar ? bytes.count { $0 != UInt8(ascii: "*") } : Int.max
    }

    /// Whether the pattern matches a name. Letter case matters, as it does upstream.
    public func matches(_ name: String) -> Bool {
        let utf8 = name.utf8
        return matches(utf8.span)
    }

    /// Whether the pattern matches the name with these UTF-8 bytes.
    func matches(_ name: Span<UInt8>) -> Bool {
        let pattern = bytes.span
        var patternIndex = 0
        var nameIndex = 0
        // Where to continue if the last star has to match one more character.
        var afterStar: (pattern: Int, name: Int)?
        while nameIndex < name.count {
            if patternIndex < pattern.count, pattern[patternIndex] == UInt8(ascii: "*") {
                afterStar = (patternIndex + 1, nameIndex)
                patternIndex += 1
            } else if patternIndex < pattern.count, pattern[patternIndex] == name[nameIndex] {
                patternIndex += 1
                nameIndex += 1
            } else if let retry = afterStar {
                afterStar = (retry.pattern, retry.name + 1)
                patternIndex = retry.pattern
                nameIndex = retry.name + 1
            } else {
                return false
            }
        }
        while patternIndex < pattern.count, pattern[patternIndex] == UInt8(ascii: "*") { patternIndex += 1 }
        return patternIndex == pattern.count
    }
}
