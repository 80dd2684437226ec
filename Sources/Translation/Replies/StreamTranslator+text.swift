internal import JSON

// The content of messages and of reasoning items: text, refusals, citations, commentary and reasoning.

extension StreamTranslator {
    /// A piece of commentary that is held back.
    struct HeldPiece: Sendable {
        enum Content: Sendable {
            case text(StringContents, logprobs: Value?)
            case annotation(Value)
        }

        let part: Part
        let content: Content
    }

    /// Whether there was text other than commentary.
    var hasAnswer: Bool {
        delivered.contains { part, progress in
            if case .message(isCommentary: false) = items[part.outputIndex] { progress.hasText } else { false }
        }
    }

    // MARK: Text

    mutating func text(_ delta: Value?, of part: Part, logprobs: Value?, into output: inout [UInt8]) {
        guard let text = delta?.stringContents, !text.isEmpty else { return }
        if part == flowing, commentary.isEmpty { return writeText(text, logprobs: logprobs, into: &output) }
        noteText(of: part)
        if isCommentary(part) {
            return commentary.append(HeldPiece(part: part, content: .text(text, logprobs: logprobs)))
        }
        if items[part.outputIndex] == nil { items[part.outputIndex] = .message(isCommentary: false) }
        releaseCommentary(asAnswer: false, into: &output)
        flowing = part
        writeText(text, logprobs: logprobs, into: &output)
    }

    /// Writes text of the answer. A stop sequence or the token limit may end the response here.
    private mutating func writeText(_ text: StringContents, logprobs: Value?, into output: inout [UInt8]) {
        var piece = VisibleText.Piece(text: text)
        if let logprobs, logprobs.hasElements { piece.tokens = Array(logprobs.elements) }
        guard let shown = visible?.append(piece) else { return write(piece, into: &output) }
        write(shown, into: &output)
        if let reason = visible?.ending { cut(reason, into: &output) }
    }

    mutating func write(_ piece: VisibleText.Piece, into output: inout [UInt8]) {
        guard !piece.text.isEmpty else { return }
        writeRole(isFollowedByText: true, into: &output)
        writer.content(piece.text, tokens: piece.tokens, into: &output)
    }

    /// Handles the complete text of a part: writes it, unless deltas have done so.
    mutating func textIsDone(_ text: Value?, of part: Part, logprobs: Value?, into output: inout [UInt8]) {
        if !hasText(part) { self.text(text, of: part, logprobs: logprobs, into: &output) }
        guard !isCommentary(part), delivered[part]?.isCounted == false else { return }
        delivered[part]?.isCounted = true
        characterCount += text?.stringContents?.characterCount ?? 0
    }

    mutating func refusal(_ delta: Value?, of part: Part, into output: inout [UInt8]) {
        guard let text = delta?.stringContents, !text.isEmpty else { return }
        noteText(of: part)
        writeRole(isFollowedByText: false, into: &output)
        writer.refusal(text, into: &output)
    }

    mutating func refusalIsDone(_ refusal: Value?, of part: Part, into output: inout [UInt8]) {
        if !hasText(part) { self.refusal(refusal, of: part, into: &output) }
    }

    private func hasText(_ part: Part) -> Bool { delivered[part]?.hasText ?? false }

    private mutating func noteText(of part: Part) {
        guard !hasText(part) else { return }
        delivered[part, default: Progress(start: characterCount)].hasText = true
    }

    private func isCommentary(_ part: Part) -> Bool {
        if case .message(isCommentary: true) = items[part.outputIndex] { true } else { false }
    }

    /// Handles an annotation. A part's annotations come in order.
    mutating func annotation(_ annotation: Value, of part: Part, into output: inout [UInt8]) {
        var progress = delivered[part] ?? Progress(start: characterCount)
        progress.annotationCount += 1
        delivered[part] = progress
        guard annotation.isURLCitation else { return }
        if isCommentary(part) {
            return commentary.append(HeldPiece(part: part, content: .annotation(annotation)))
        }
        writeAnnotation(annotation, shift: progress.start, into: &output)
    }

    private mutating func writeAnnotation(_ annotation: Value, shift: Int, into output: inout [UInt8]) {
        writeRole(isFollowedByText: true, into: &output)
        writer.delta(into: &output) { delta in
            delta.name("annotations")
            delta.array { $0.chatAnnotation(annotation, shift: shift) }
        }
    }

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
            case .text(let text, let logprobs) where asAnswer:
                characterCount += text.characterCount
                writeText(text, logprobs: logprobs, into: &output)
                if cutReason != nil { return }
            case .text(let text, _):
                writeThought(text, of: piece.part, into: &output)
            case .annotation(let annotation):
                if asAnswer { writeAnnotation(annotation, shift: start, into: &output) }
            }
        }
    }

    // MARK: Reasoning

    mutating func reasoning(_ delta: Value?, of part: Part, into output: inout [UInt8]) {
        guard let text = delta?.stringContents, !text.isEmpty else { return }
        noteText(of: part)
        writeThought(text, of: part, into: &output)
    }

    mutating func reasoningIsDone(_ text: Value?, of part: Part, into output: inout [UInt8]) {
        if !hasText(part) { reasoning(text, of: part, into: &output) }
    }

    /// Writes a piece of reasoning. Each part is a paragraph.
    private mutating func writeThought(_ text: StringContents, of part: Part, into output: inout [UInt8]) {
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
