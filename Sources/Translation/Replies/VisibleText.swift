internal import JSON

/// Ends the model's text at the client's stop sequences or token limit, which the Responses API does not support with the
/// same meaning. Text that may be the beginning of a stop sequence is held back until more text shows whether it is.
///
/// If the text contains several sequences, the one that begins first counts, so that the result does not depend on how the
/// text is split into pieces.
struct VisibleText: Sendable {
    /// Text that may be sent, and the log probabilities of its tokens if they were requested.
    struct Piece: Sendable {
        var text: StringContents
        var tokens: [Value] = []

        static let nothing = Self(text: StringContents(joining: []))
    }

    /// A token whose text has not been sent completely, and its range in the text in code units.
    private struct Token {
        let value: Value
        let start: Int
        let end: Int
    }

    private var stops: StopMatcher
    /// Number of tokens that may still be sent; nil without a limit.
    private var tokensLeft: Int?
    /// The text that is held back, the number of bytes of each of its code units, and its tokens.
    private var held = StringContents(joining: [])
    private var heldWidths: [UInt8] = []
    private var heldTokens: [Token] = []
    /// Number of code units that have been sent.
    private var shown = 0

    /// Why the text ended before upstream's; nil while it continues.
    private(set) var ending: FinishReason?

    /// - Parameters:
    ///   - stops: the stop sequences; none is empty.
    ///   - tokenLimit: the maximum number of tokens to send. A piece counts as one token, unless it comes with its tokens.
    init(stops: [StringContents], tokenLimit: Int? = nil) {
        self.stops = StopMatcher(stops.map(\.utf16))
        tokensLeft = tokenLimit
    }

    /// For the streamed response to a request; nil if the request has no stop sequences and no limit that the proxy
    /// applies.
    init?(for context: ReplyContext) {
        guard !context.stops.isEmpty || context.visibleTokenLimit != nil else { return nil }
        self.init(stops: context.stops, tokenLimit: context.visibleTokenLimit)
    }

    /// Takes the next piece of text, and returns the text that may be sent now.
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

    /// Returns the remaining text when upstream's text has ended.
    mutating func finish() -> Piece {
        ending == nil ? finish(as: nil) : .nothing
    }

    /// Holds the tokens of a piece that the limit allows, and returns the position at which the last of them ends.
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

    /// - Parameter reason: why the text ends here if it contains no stop sequence.
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
        // A token that the end divides is partly visible.
        let tokens = heldTokens.prefix { $0.end <= end || (ending != nil && $0.start < end) }
        heldTokens.removeFirst(tokens.count)
        return Piece(text: text, tokens: tokens.map(\.value))
    }
}

extension Value {
    /// Number of code units of a token's text. Several tokens may form one character, and then none of them is valid text
    /// alone, so bytes are counted: each character counts at its first byte.
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
