internal import JSON

/// A text that upstream tells several times: in deltas, in `done` events and in the final response. Each telling may lack
/// something that another has. Returns of each what is new, so that the client gets everything once and in order.
struct ToldText: Sendable {
    /// The number of code units that were shown, and their hash, with which the beginning of a later telling is compared.
    private var count = 0
    private var hash = Self.emptyHash
    /// The first half of a surrogate pair whose second half has not arrived.
    private var half: StringContents?
    /// The deltas that are held back; nil if deltas are shown at once.
    private var held: [StringContents]?
    /// The size of the deltas that are held back, in bytes.
    private(set) var heldByteCount = 0
    /// Whether a complete telling has arrived.
    private(set) var isComplete = false

    private static let emptyHash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Whether any of the text was shown.
    var hasText: Bool { count > 0 }

    /// Whether deltas are shown at once, and the last one ended with a whole character.
    var flows: Bool { held == nil && half == nil }

    /// Whether deltas wait for the complete text.
    var isHeld: Bool { held != nil }

    /// Holds back further deltas until the text is complete, because events before them were lost.
    mutating func hold() {
        if held == nil, !isComplete { held = [] }
    }

    /// Takes a delta, and returns the text to show.
    mutating func add(_ delta: StringContents) -> StringContents {
        guard held == nil else {
            held?.append(delta)
            heldByteCount += delta.bytes.count
            return .empty
        }
        return show(delta)
    }

    /// Notes a delta that is shown as it is.
    mutating func note(_ delta: RawSpan) {
        delta.forEachCodeUnit { unit, _ in
            hash = Self.combine(hash, unit)
            count += 1
        }
    }

    /// Takes a complete telling, and returns the rest of the text. If the telling differs from what was shown, there is no
    /// rest: what was shown first counts.
    mutating func complete(_ whole: StringContents) -> StringContents {
        guard !whole.isEmpty, let rest = rest(of: whole) else { return release() }
        isComplete = true
        held = nil
        heldByteCount = 0
        half = nil
        return rest.isEmpty ? .empty : show(rest) + end()
    }

    /// Shows the deltas that were held back, if no complete telling arrives, and the half of a character.
    mutating func release() -> StringContents {
        let text = held.map { StringContents(joining: $0) } ?? .empty
        held = nil
        heldByteCount = 0
        return (text.isEmpty ? .empty : show(text)) + end()
    }

    private mutating func end() -> StringContents {
        half.take()?.wellFormed ?? .empty
    }

    private mutating func show(_ text: StringContents) -> StringContents {
        note(text.bytes.span.bytes)
        guard half != nil || text.hasEscapes else { return text }
        let joined = half.map { StringContents(joining: [$0, text]) } ?? text
        let (shown, rest) = joined.splittingHalf
        half = rest
        return shown.wellFormed
    }

    /// The part of a telling after what was shown; nil if it does not begin with that.
    private mutating func rest(of whole: StringContents) -> StringContents? {
        // The half is shown again, with its second half.
        let end = half == nil ? count : count - 1
        var (seen, byteCount, hash) = (0, 0, Self.emptyHash)
        var (start, hashAtStart) = (end == 0 ? 0 : nil as Int?, hash)
        var hashAtEnd = count == 0 ? hash : nil as UInt64?
        whole.forEachCodeUnit { unit, width in
            hash = Self.combine(hash, unit)
            seen += 1
            byteCount += width
            if seen == end { (start, hashAtStart) = (byteCount, hash) }
            if seen == count { hashAtEnd = hash }
        }
        guard let start, hashAtEnd == self.hash else { return nil }
        (count, self.hash) = (end, hashAtStart)
        return whole.dropFirst(byteCount: start)
    }

    /// FNV-1a.
    private static func combine(_ hash: UInt64, _ unit: UInt16) -> UInt64 {
        (hash ^ UInt64(unit)) &* 0x100_0000_01B3
    }
}

extension StringContents {
    fileprivate static func + (one: StringContents, other: StringContents) -> StringContents {
        other.isEmpty ? one : one.isEmpty ? other : StringContents(joining: [one, other])
    }
}
