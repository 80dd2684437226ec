internal import JSON

// What is inside output items: text, refusals, reasoning, calls.

extension StreamTranslator {
    /// What has to be remembered of an output item.
    enum Item: Sendable {
        case message(isCommentary: Bool)
        case call(Call)
        case other
    }

    struct Call: Sendable {
        /// The call's place among the reply's calls, which is not its place among the items.
        let index: Int
        let isCustom: Bool
        var hasInput = false
    }

    /// A part of an item: of a message its content, of reasoning its summary.
    struct Part: Hashable, Sendable {
        let outputIndex: Int
        let partIndex: Int
        /// A summary's parts and a content's have indices of their own.
        let isSummary: Bool

        init(outputIndex: Int, partIndex: Int, isSummary: Bool = false) {
            self.outputIndex = outputIndex
            self.partIndex = partIndex
            self.isSummary = isSummary
        }

        /// The part that an event is about.
        init(_ event: Value, isSummary: Bool = false) {
            let partIndex = event[isSummary ? "summary_index" : "content_index"]?.integer ?? 0
            self.init(outputIndex: event.outputIndex, partIndex: partIndex, isSummary: isSummary)
        }
    }

    /// How far a part is.
    struct Progress: Sendable {
        /// Whether text of it was handed on; an annotation may come before.
        var hasText = false
        /// The characters of text before it, from where its annotations count in the reply.
        var start = 0
        var annotationCount = 0
        /// Whether its characters are in the count of those that later parts start after.
        var isCounted = false
    }

    /// A piece of commentary that waits.
    struct HeldPiece: Sendable {
        enum Content: Sendable {
            case text(StringContents, logprobs: Value?)
            case annotation(Value)
        }

        let part: Part
        let content: Content
    }

    /// Whether there was text that is the answer and not commentary.
    var hasAnswer: Bool {
        delivered.contains { part, progress in
            if case .message(isCommentary: false) = items[part.outputIndex] { progress.hasText } else { false }
        }
    }

    // MARK: Items

    mutating func add(_ item: Value, at index: Int, into output: inout [UInt8]) {
        guard items[index] == nil else { return }
        if let id = item["id"]?.string, !id.isEmpty { announced[id] = index }
        switch item["type"]?.string {
        case "message":
            items[index] = .message(isCommentary: item.isCommentary)
        case "function_call":
            begin(item, at: index, isCustom: false, into: &output)
        case "custom_tool_call":
            begin(item, at: index, isCustom: true, into: &output)
        default:
            items[index] = .other
        }
    }

    /// An item that is done, with all that is in it: hands on what no earlier event did.
    mutating func complete(_ item: Value, at index: Int, into output: inout [UInt8]) {
        add(item, at: index, into: &output)
        switch items[index] {
        case .message:
            completeParts(of: item["content"], at: index, into: &output)
        case .call(let call):
            remainder(item[call.inputField], at: index, into: &output)
        case .other, nil:
            guard item["type"]?.isString("reasoning") == true else { return }
            completeThoughts(of: item, at: index, into: &output)
        }
    }

    /// All items, as the response at the end has them. Some servers leave items out there, so that an item's place says
    /// less than its id, unless several have the same.
    mutating func completeAll(of output: Value?, into chunks: inout [UInt8]) {
        var unmatched = announced
        var place = 0
        for item in output?.elements ?? .empty {
            let index = item["id"]?.string.flatMap { unmatched.removeValue(forKey: $0) }
            complete(item, at: index ?? place, into: &chunks)
            place += 1
        }
    }

    private mutating func completeThoughts(of item: Value, at index: Int, into output: inout [UInt8]) {
        let (parts, areSummary) = item.thoughts
        var partIndex = 0
        for part in parts {
            let place = Part(outputIndex: index, partIndex: partIndex, isSummary: areSummary)
            partIndex += 1
            reasoningIsDone(part["text"], of: place, into: &output)
        }
    }

    private mutating func completeParts(of content: Value?, at index: Int, into output: inout [UInt8]) {
        var partIndex = 0
        for part in content?.elements ?? .empty {
            let place = Part(outputIndex: index, partIndex: partIndex)
            partIndex += 1
            if let text = part["text"] {
                textIsDone(text, of: place, logprobs: part["logprobs"], into: &output)
                let known = delivered[place]?.annotationCount ?? 0
                for annotation in Array(part["annotations"]?.elements ?? .empty).dropFirst(known) {
                    self.annotation(annotation, of: place, into: &output)
                }
            } else {
                refusalIsDone(part["refusal"], of: place, into: &output)
            }
        }
    }

    // MARK: Text

    mutating func text(_ delta: Value?, of part: Part, logprobs: Value?, into output: inout [UInt8]) {
        guard let text = delta?.stringContents, !text.isEmpty else { return }
        noteText(of: part)
        if isCommentary(part) {
            return commentary.append(HeldPiece(part: part, content: .text(text, logprobs: logprobs)))
        }
        if items[part.outputIndex] == nil { items[part.outputIndex] = .message(isCommentary: false) }
        releaseCommentary(asAnswer: false, into: &output)
        writeRole(isFollowedByText: true, into: &output)
        writer.content(text, logprobs: logprobs, into: &output)
    }

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

    /// Commentary is the answer where nothing else is, as beside calls; else it is told as what the model thought.
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
                writeRole(isFollowedByText: true, into: &output)
                writer.content(text, logprobs: logprobs, into: &output)
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

    /// A piece of what the model thinks; its parts are paragraphs.
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

    // MARK: Calls

    private mutating func begin(_ item: Value, at index: Int, isCustom: Bool, into output: inout [UInt8]) {
        // Text beside a call is what the client shows: there will be no other answer.
        releaseCommentary(asAnswer: true, into: &output)
        let call = Call(index: nextToolIndex, isCustom: isCustom)
        items[index] = .call(call)
        nextToolIndex += 1
        writeRole(isFollowedByText: false, into: &output)
        if context.usesFunctions {
            guard call.index == 0 else { return }
            return writer.delta(into: &output) { delta in
                delta.name("function_call")
                delta.object {
                    $0.memberIfGiven("name", of: item)
                    $0.member("arguments", "")
                }
            }
        }
        writer.toolCall(call, into: &output) { writer in
            writer.memberIfGiven("id", from: item, "call_id")
            writer.member("type", isCustom ? "custom" : "function")
        } contents: {
            $0.memberIfGiven("name", of: item)
            $0.member(call.inputField, "")
        }
    }

    mutating func callInput(_ delta: Value?, at index: Int, into output: inout [UInt8]) {
        guard case .call(var call) = items[index], let text = delta?.stringContents, !text.isEmpty else { return }
        call.hasInput = true
        items[index] = .call(call)
        if context.usesFunctions {
            guard call.index == 0 else { return }
            return writer.delta(into: &output) { delta in
                delta.name("function_call")
                delta.object { $0.member("arguments", text) }
            }
        }
        writer.toolCall(call, into: &output) { _ in
        } contents: {
            $0.member(call.inputField, text)
        }
    }

    /// A call's whole input: news only where no delta came.
    mutating func remainder(_ input: Value?, at index: Int, into output: inout [UInt8]) {
        guard case .call(let call) = items[index], !call.hasInput else { return }
        callInput(input, at: index, into: &output)
    }
}

extension StreamTranslator.Call {
    var inputField: StaticString { isCustom ? "input" : "arguments" }
}

extension ChunkWriter {
    fileprivate func toolCall(
        _ call: StreamTranslator.Call, into output: inout [UInt8], _ members: (inout Writer) -> Void,
        contents: (inout Writer) -> Void
    ) {
        delta(into: &output) { delta in
            delta.name("tool_calls")
            delta.array { calls in
                calls.object {
                    $0.member("index", call.index)
                    members(&$0)
                    $0.name(call.isCustom ? "custom" : "function")
                    $0.object(contents)
                }
            }
        }
    }
}

extension Writer {
    /// Copies a member under another name, unless it is absent or `null`.
    fileprivate mutating func memberIfGiven(_ name: StaticString, from object: Value, _ source: StaticString) {
        if let value = object.given(source) { member(name, value) }
    }
}
