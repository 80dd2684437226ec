internal import JSON

// Output items: their types, and their parts.

extension StreamTranslator {
    /// The type and the state of an output item.
    enum Item: Sendable {
        case message(isCommentary: Bool)
        /// A message whose announcement was lost, so that it may be commentary.
        case doubtful
        case call(Call)
        /// A call of `parallel`, which is written when its input is complete.
        case wrappedCalls(Call)
        /// A reasoning item, or one that Chat Completions does not have.
        case other
        /// The calls that were wrapped are written.
        case unwrapped
    }

    /// A part of an item: of a message's content, or of a reasoning item's summary or content.
    struct Part: Hashable, Sendable {
        /// The item's place.
        let item: Int
        var partIndex: Int
        /// The parts of a summary and of a content are numbered separately.
        let isSummary: Bool

        init(item: Int, partIndex: Int, isSummary: Bool = false) {
            self.item = item
            self.partIndex = partIndex
            self.isSummary = isSummary
        }

    }

    /// The part that an event belongs to: by its index, or the last one.
    ///
    /// - Parameter isNew: whether the event announces the part.
    mutating func part(
        _ event: Value, of item: Int, isSummary: Bool = false, isNew: Bool = false
    ) -> Part {
        var part = Part(item: item, partIndex: 0, isSummary: isSummary)
        let last = lastParts[part]
        part.partIndex =
            event[isSummary ? "summary_index" : "content_index"]?.integer ?? last.map { isNew ? $0 &+ 1 : $0 } ?? 0
        lastParts[Part(item: item, partIndex: 0, isSummary: isSummary)] = part.partIndex
        return part
    }

    /// What has been told of a part.
    struct PartText: Sendable {
        var told = ToldText()
        /// The complete text, if it has arrived and cannot be shown yet.
        var whole: Value?
        /// Number of characters of text before the part. It is added to the offsets of the part's annotations.
        var start = 0
        /// The indices of the annotations that have been written.
        var annotations: Set<Int> = []
        /// Number of tokens whose log probabilities have arrived.
        var tokenCount = 0
        /// Whether every delta came with the log probabilities of its tokens. Otherwise they wait for the complete list.
        var hasAllTokens = true
        /// The log probabilities that wait.
        var lateTokens: [Value] = []
        /// The log probabilities of tokens whose text has not been shown.
        var tokens: [Value] = []
        var isRefusal = false
        /// Whether its characters are included in `characterCount`.
        var isCounted = false
    }

    /// Handles an item that upstream announces. A call is written as soon as its name and id are known.
    mutating func add(_ item: Value, at place: Int, into output: inout [UInt8]) {
        switch items[place] {
        case nil, .other:
            begin(item, at: place, into: &output)
        case .doubtful:
            items[place] = .message(isCommentary: item.isCommentary)
            showParts(of: place, into: &output)
        case .call(let call):
            announce(call, item, at: place, into: &output)
        case .message, .wrappedCalls, .unwrapped:
            break
        }
    }

    private mutating func begin(_ item: Value, at place: Int, into output: inout [UInt8]) {
        switch item["type"]?.string {
        case "message":
            items[place] = .message(isCommentary: item.isCommentary)
        case "function_call":
            announce(Call(isCustom: false), item, at: place, into: &output)
        case "custom_tool_call":
            announce(Call(isCustom: true), item, at: place, into: &output)
        case nil:
            break
        default:
            items[place] = .other
        }
    }

    /// Handles a complete item: writes the content that was in no earlier event.
    mutating func complete(_ item: Value, at place: Int, into output: inout [UInt8]) {
        add(item, at: place, into: &output)
        switch items[place] {
        case .message:
            completeParts(of: item["content"], at: place, into: &output)
        case .call, .wrappedCalls:
            completeCall(item, at: place, into: &output)
        case .other, .doubtful, .unwrapped, nil:
            guard item["type"]?.isString("reasoning") == true else { return }
            completeThoughts(of: item, at: place, into: &output)
        }
    }

    /// Handles all items of the final response.
    mutating func completeAll(of output: Value?, into chunks: inout [UInt8]) {
        let items = Array(output?.elements ?? .empty)
        for (item, place) in zip(items, known.complete(items)) where cutReason == nil {
            itemIsDone(item, at: place, into: &chunks)
        }
    }

    /// Writes what is still held back at the end of the response.
    mutating func releaseAll(into output: inout [UInt8]) {
        releaseTexts(into: &output)
        for place in items.keys.sorted() where cutReason == nil {
            switch items[place] {
            case .call(let call): release(call, at: place, into: &output)
            case .wrappedCalls(let call): unwrap(call, at: place, into: &output)
            default: break
            }
        }
    }

    /// Later deltas of unfinished texts wait for the complete text, which shows what was lost. If the events' numbers have
    /// no meaning, nothing waits.
    mutating func eventsWereLost(into output: inout [UInt8]) {
        guard !order.isIgnored else { return releaseTexts(into: &output) }
        for part in parts.keys { parts[part]?.told.hold() }
        for (place, item) in items {
            guard case .call(var call) = item else { continue }
            call.input.hold()
            items[place] = .call(call)
        }
    }

    private mutating func releaseTexts(into output: inout [UInt8]) {
        for place in items.keys.sorted() where cutReason == nil {
            if case .doubtful = items[place] {
                items[place] = .message(isCommentary: false)
                showParts(of: place, into: &output)
            }
            releaseInput(at: place, into: &output)
        }
        releaseParts(into: &output)
    }

    private mutating func completeThoughts(of item: Value, at place: Int, into output: inout [UInt8]) {
        let (parts, areSummary) = item.thoughts
        var partIndex = 0
        for part in parts {
            reasoningIsDone(
                part["text"], of: Part(item: place, partIndex: partIndex, isSummary: areSummary), into: &output)
            partIndex += 1
        }
    }

    private mutating func completeParts(of content: Value?, at place: Int, into output: inout [UInt8]) {
        var partIndex = 0
        for part in content?.elements ?? .empty where cutReason == nil {
            complete(part, Part(item: place, partIndex: partIndex), into: &output)
            partIndex += 1
        }
    }

    private mutating func complete(_ content: Value, _ part: Part, into output: inout [UInt8]) {
        if content.isRefusal { return refusalIsDone(content["refusal"], of: part, into: &output) }
        textIsDone(content["text"], of: part, logprobs: content["logprobs"], into: &output)
        for (index, annotation) in (content["annotations"]?.elements ?? .empty).enumerated() where cutReason == nil {
            self.annotation(annotation, of: part, at: index, into: &output)
        }
    }

    // MARK: Events of parts

    /// Handles a part that upstream announces.
    mutating func begin(_ content: Value, _ event: Value) {
        let part = part(of: event, content, isNew: true)
        guard parts[part] == nil else { return }
        parts[part] = PartText(start: characterCount)
    }

    mutating func partIsDone(_ content: Value, _ event: Value, into output: inout [UInt8]) {
        let part = part(of: event, content)
        switch content["type"]?.string {
        case "summary_text", "reasoning_text": reasoningIsDone(content["text"], of: part, into: &output)
        case "output_text", "refusal": complete(content, part, into: &output)
        default: break
        }
    }

    private mutating func part(of event: Value, _ content: Value, isNew: Bool = false) -> Part {
        let type = content["type"]?.string
        let isSummary = type == "summary_text"
        let kind: OutputItems.Kind = isSummary || type == "reasoning_text" ? .reasoning : .message
        return part(event, of: known.place(of: event, kind), isSummary: isSummary, isNew: isNew)
    }
}
