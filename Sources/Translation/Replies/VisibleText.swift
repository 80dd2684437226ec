internal import JSON

/// What the model says, on its way to the client: ended where the client's `stop` or token limit says, neither of which the
/// Responses API does as the client means it. What may be the beginning of a stop sequence waits until that is clear.
///
/// Of several sequences in the text the one that begins first counts, so that it does not matter in which pieces the text
/// came.
struct VisibleText: Sendable {
    /// Text that may be shown, and the probabilities of its tokens where they were asked for.
    struct Piece: Sendable {
        var text: StringContents
        var tokens: [Value] = []

        static let nothing = Self(text: StringContents(joining: []))
    }

    /// A token whose text has not been shown to its end; where it stands in the text, in code units.
    private struct Token {
        let value: Value
        let start: Int
        let end: Int
    }

    private var stops: StopMatcher
    /// How many tokens may still come; nil without a limit.
    private var tokensLeft: Int?
    /// The text that waits, how many bytes each of its code units takes, and its tokens.
    private var held = StringContents(joining: [])
    private var heldWidths: [UInt8] = []
    private var heldTokens: [Token] = []
    /// How many code units have been shown.
    private var shown = 0

    /// Why the text ended before upstream's did; nil while it goes on.
    private(set) var ending: FinishReason?

    /// - Parameters:
    ///   - stops: the sequences before which the text ends, none of them empty.
    ///   - tokenLimit: how many tokens may be shown. A piece counts as one, unless its tokens are told.
    init(stops: [StringContents], tokenLimit: Int? = nil) {
        self.stops = StopMatcher(stops.map(\.utf16))
        tokensLeft = tokenLimit
    }

    /// What a streamed reply to a request needs; nil where nothing can end its text before upstream does.
    init?(for context: ReplyContext) {
        guard !context.stops.isEmpty || context.visibleTokenLimit != nil else { return nil }
        self.init(stops: context.stops, tokenLimit: context.visibleTokenLimit)
    }

    /// Takes the next piece of text, and returns what may be shown by now.
    mutating func append(_ piece: Piece) -> Piece {
        guard ending == nil else { return .nothing }
        let start = stops.position
        let firstWidth = heldWidths.count
        held = StringContents(joining: [held, piece.text])
        var units: [UInt16] = []
        piece.text.forEachCodeUnit { unit, byteCount in
            heldWidths.append(UInt8(byteCount))
            units.append(unit)
        }
        let end = hold(piece.tokens, from: start, to: start + heldWidths.count - firstWidth)
        for unit in units.prefix(end - start) { stops.feed(unit) }
        if tokensLeft == 0 { return finish(as: .length) }
        guard let found = stops.found, found == stops.certain else { return show(upTo: stops.certain) }
        return finish(as: nil)
    }

    /// What is left when upstream says no more.
    mutating func finish() -> Piece {
        ending == nil ? finish(as: nil) : .nothing
    }

    /// Keeps the tokens of a piece that the limit allows, and returns where the text ends with the last of them.
    private mutating func hold(_ tokens: [Value], from start: Int, to end: Int) -> Int {
        let allowed = tokens.prefix(tokensLeft ?? .max)
        tokensLeft? -= max(1, allowed.count)
        var position = start
        for token in allowed {
            let next = min(position + token.codeUnitCount, end)
            heldTokens.append(Token(value: token, start: position, end: next))
            position = next
        }
        return allowed.count < tokens.count ? position : end
    }

    /// - Parameter reason: why the text ends here, if there is no stop sequence in it.
    private mutating func finish(as reason: FinishReason?) -> Piece {
        guard let found = stops.found else {
            ending = reason
            var rest = show(upTo: stops.position)
            rest.tokens += heldTokens.map(\.value)
            heldTokens = []
            return rest
        }
        ending = .stop
        return show(upTo: found)
    }

    private mutating func show(upTo end: Int) -> Piece {
        let unitCount = end - shown
        shown = end
        let byteCount = heldWidths.prefix(unitCount).reduce(0) { $0 + Int($1) }
        heldWidths.removeFirst(unitCount)
        let text = held.prefix(byteCount: byteCount)
        held = held.dropFirst(byteCount: byteCount)
        // Of a token that the end goes through, a part is seen.
        let tokens = heldTokens.prefix { $0.end <= end || (ending != nil && $0.start < end) }
        heldTokens.removeFirst(tokens.count)
        return Piece(text: text, tokens: tokens.map(\.value))
    }
}

extension Value {
    /// How many code units of text a token stands for. A character may be made of several tokens, none of which is text by
    /// itself: the bytes count, each character with its first.
    fileprivate var codeUnitCount: Int {
        guard let bytes = given("bytes") else { return self["token"]?.stringContents?.utf16.count ?? 0 }
        return bytes.elements.reduce(0) { count, byte in
            switch byte.integer ?? 0 {
            case 0x80...0xBF: count
            case 0xF0...: count + 2
            default: count + 1
            }
        }
    }
}
