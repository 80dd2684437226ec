internal import JSON

// The content of messages and of reasoning items: text, refusals, citations, commentary and reasoning.

extension StreamTranslator {
    /// A piece of commentary that is held back.
    struct HeldPiece: Sendable {
        enum Content: Sendable {
            case text(VisibleText.Piece)
            case annotation(Value)
        }

        let part: Part
        let content: Content
    }

    /// Whether there was text other than commentary.
    var hasAnswer: Bool {
        parts.contains { part, text in
            if case .message(isCommentary: false) = items[part.item] { text.told.hasText } else { false }
        }
    }

    // MARK: Text

    mutating func text(
        _ delta: Value?, of part: Part, logprobs: Value?, at position: EventOrder.Position, into output: inout [UInt8]
    ) {
        guard let delta = delta?.stringContents else { return textIsMissing(in: part) }
        guard !delta.isEmpty else { return }
        var text = partText(part)
        guard position != .late || !text.told.isComplete else { return }
        if items[part.item] == nil { items[part.item] = unannounced }
        if isDoubtful(part) { text.told.hold() }
        takeTokens(of: logprobs, &text)
        let shown = text.told.add(delta)
        show(shown, text, of: part, isToken: true, into: &output)
    }

    /// Handles the complete text of a part: writes what is missing of it.
    mutating func textIsDone(_ whole: Value?, of part: Part, logprobs: Value?, into output: inout [UInt8]) {
        guard let contents = whole?.stringContents else { return }
        if items[part.item] == nil { items[part.item] = unannounced }
        var text = partText(part)
        takeAllTokens(of: logprobs, &text)
        guard !isDoubtful(part) else {
            text.whole = whole
            return parts[part] = text
        }
        let rest = text.told.complete(contents)
        let isNew = !isCommentary(part) && !text.isCounted
        if isNew { text.isCounted = true }
        show(rest, text, of: part, into: &output)
        if isNew { characterCount += contents.characterCount }
    }

    /// Writes the parts of a message that was doubtful.
    mutating func showParts(of place: Int, into output: inout [UInt8]) {
        for part in parts.keys.filter({ $0.item == place }).sorted(by: { $0.partIndex < $1.partIndex }) {
            guard let whole = parts[part]?.whole else { continue }
            parts[part]?.whole = nil
            textIsDone(whole, of: part, logprobs: nil, into: &output)
        }
    }

    /// Writes the deltas that are held back because no complete text has arrived.
    mutating func releaseParts(into output: inout [UInt8]) {
        for part in parts.keys.sorted(by: Part.precedes) where cutReason == nil {
            guard var text = parts[part], !text.told.flows || !text.tokens.isEmpty || !text.lateTokens.isEmpty
            else { continue }
            text.tokens += text.lateTokens
            text.lateTokens = []
            let rest = text.told.release()
            if text.isRefusal {
                parts[part] = text
                writeRefusal(rest, into: &output)
            } else if case .message = items[part.item] {
                show(rest, text, of: part, into: &output)
            } else {
                parts[part] = text
                writeThought(rest, of: part, into: &output)
            }
        }
    }

    /// Stores a part's state and writes what is new of its text.
    ///
    /// - Parameter isToken: whether the text counts as a token, even if half a character is held back of it.
    private mutating func show(
        _ new: StringContents, _ state: PartText, of part: Part, isToken: Bool = false, into output: inout [UInt8]
    ) {
        var state = state
        // The tokens of half a character are shown with the whole one.
        let tokens = state.told.flows ? state.tokens : []
        if state.told.flows { state.tokens = [] }
        parts[part] = state
        guard !new.isEmpty || !tokens.isEmpty || isToken && visible != nil else { return }
        let piece = VisibleText.Piece(text: new, tokens: tokens)
        if isCommentary(part) { return commentary.append(HeldPiece(part: part, content: .text(piece))) }
        releaseCommentary(asAnswer: false, into: &output)
        writeText(piece, into: &output)
    }

    /// Writes text of the answer. A stop sequence or the token limit may end the response here.
    private mutating func writeText(_ piece: VisibleText.Piece, into output: inout [UInt8]) {
        guard let shown = visible?.append(piece) else { return write(piece, into: &output) }
        write(shown, into: &output)
        if let reason = visible?.ending { cut(reason, into: &output) }
    }

    mutating func write(_ piece: VisibleText.Piece, into output: inout [UInt8]) {
        guard !piece.text.isEmpty || !piece.tokens.isEmpty else { return }
        writeRole(isFollowedByText: true, into: &output)
        writer.content(piece.text, tokens: piece.tokens, into: &output)
    }

    /// Takes the log probabilities of a delta. They wait if an earlier delta had none, or was lost.
    private func takeTokens(of logprobs: Value?, _ text: inout PartText) {
        guard let logprobs, logprobs.hasElements else { return text.hasAllTokens = false }
        if text.hasAllTokens, !text.told.isHeld {
            text.tokens += logprobs.elements
            text.tokenCount += logprobs.elements.count { _ in true }
        } else {
            text.lateTokens += logprobs.elements
        }
    }

    /// Takes the log probabilities of the complete text.
    private func takeAllTokens(of logprobs: Value?, _ text: inout PartText) {
        guard let logprobs, logprobs.hasElements else { return }
        let new = logprobs.elements.dropFirst(text.tokenCount)
        text.tokens += new
        text.tokenCount += new.count { _ in true }
        text.lateTokens = []
    }

    // MARK: Refusals

    mutating func refusal(_ delta: Value?, of part: Part, at position: EventOrder.Position, into output: inout [UInt8])
    {
        guard let delta = delta?.stringContents else { return textIsMissing(in: part) }
        guard !delta.isEmpty else { return }
        var text = partText(part)
        guard position != .late || !text.told.isComplete else { return }
        text.isRefusal = true
        let shown = text.told.add(delta)
        parts[part] = text
        writeRefusal(shown, into: &output)
    }

    mutating func refusalIsDone(_ whole: Value?, of part: Part, into output: inout [UInt8]) {
        guard let whole = whole?.stringContents else { return }
        var text = partText(part)
        text.isRefusal = true
        let rest = text.told.complete(whole)
        parts[part] = text
        writeRefusal(rest, into: &output)
    }

    private mutating func writeRefusal(_ text: StringContents, into output: inout [UInt8]) {
        guard !text.isEmpty else { return }
        writeRole(isFollowedByText: false, into: &output)
        writer.refusal(text, into: &output)
    }

    // MARK: Parts

    /// The state of a part. The first delta of a part that was not announced waits if two events are missing before it: the
    /// announcement, and perhaps a delta. If more are missing, the server leaves out all announcements.
    private func partText(_ part: Part) -> PartText {
        var text = parts[part] ?? PartText()
        if parts[part] == nil, order.missing == 2 { text.told.hold() }
        if !text.told.hasText, text.annotations.isEmpty { text.start = characterCount }
        return text
    }

    /// A message that was not announced: if one or two events are missing, the announcement may be one of them.
    private var unannounced: Item {
        (1...2).contains(order.lastMissing) && !order.isIgnored ? .doubtful : .message(isCommentary: false)
    }

    /// A delta without its text: the deltas after it wait for the complete text.
    private mutating func textIsMissing(in part: Part) {
        var text = partText(part)
        text.told.hold()
        parts[part] = text
    }

    private func isDoubtful(_ part: Part) -> Bool {
        if case .doubtful = items[part.item] { true } else { false }
    }

    private func isCommentary(_ part: Part) -> Bool {
        if case .message(isCommentary: true) = items[part.item] { true } else { false }
    }

    // MARK: Annotations

    /// - Parameter index: the annotation's index in its part; nil if upstream does not send it.
    mutating func annotation(_ annotation: Value, of part: Part, at index: Int?, into output: inout [UInt8]) {
        var text = partText(part)
        guard text.annotations.insert(index ?? text.annotations.count).inserted else { return }
        parts[part] = text
        guard annotation.isURLCitation else { return }
        if isCommentary(part) {
            return commentary.append(HeldPiece(part: part, content: .annotation(annotation)))
        }
        writeAnnotation(annotation, shift: text.start, into: &output)
    }

    private mutating func writeAnnotation(_ annotation: Value, shift: Int, into output: inout [UInt8]) {
        writeRole(isFollowedByText: true, into: &output)
        writer.delta(into: &output) { delta in
            delta.name("annotations")
            delta.array { $0.chatAnnotation(annotation, shift: shift) }
        }
    }

    // MARK: Commentary

    /// Writes the commentary that was held back: as the answer if there is no other, for example beside calls, otherwise as
    /// reasoning.
    mutating func releaseCommentary(asAnswer: Bool, into output: inout [UInt8]) {
        guard !commentary.isEmpty else { return }
        let held = commentary
        commentary = []
        var start = characterCount
        var part: Part?
        for piece in held {
            if piece.part != part { (part, start) = (piece.part, characterCount) }
            switch piece.content {
            case .text(let piece) where asAnswer:
                characterCount += piece.text.characterCount
                writeText(piece, into: &output)
                if cutReason != nil { return }
            case .text(let text):
                writeThought(text.text, of: piece.part, into: &output)
            case .annotation(let annotation):
                if asAnswer { writeAnnotation(annotation, shift: start, into: &output) }
            }
        }
    }

    // MARK: Reasoning

    mutating func reasoning(
        _ delta: Value?, of part: Part, at position: EventOrder.Position, into output: inout [UInt8]
    ) {
        guard let delta = delta?.stringContents else { return textIsMissing(in: part) }
        guard !delta.isEmpty else { return }
        var text = partText(part)
        guard position != .late || !text.told.isComplete else { return }
        let shown = text.told.add(delta)
        parts[part] = text
        writeThought(shown, of: part, into: &output)
    }

    mutating func reasoningIsDone(_ whole: Value?, of part: Part, into output: inout [UInt8]) {
        guard let whole = whole?.stringContents else { return }
        var text = partText(part)
        let rest = text.told.complete(whole)
        parts[part] = text
        writeThought(rest, of: part, into: &output)
    }

    /// Writes a piece of reasoning. Each part is a paragraph.
    private mutating func writeThought(_ text: StringContents, of part: Part, into output: inout [UInt8]) {
        guard !text.isEmpty else { return }
        let isNewParagraph = lastThought != nil && lastThought != part
        lastThought = part
        writeRole(isFollowedByText: true, into: &output)
        writer.delta(into: &output) { delta in
            delta.name("reasoning_content")
            delta.string { string in
                if isNewParagraph { string.append("\n\n") }
                string.append(text)
            }
        }
    }
}

extension StreamTranslator.Part {
    fileprivate static func precedes(_ one: Self, _ other: Self) -> Bool {
        (one.item, one.isSummary ? 0 : 1, one.partIndex) < (other.item, other.isSummary ? 0 : 1, other.partIndex)
    }
}
