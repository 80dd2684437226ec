internal import JSON

// Output items: their types, and which parts of them have been written.

extension StreamTranslator {
    /// The type and the state of an output item.
    enum Item: Sendable {
        case message(isCommentary: Bool)
        case call(Call)
        /// A call of `parallel`, which is written when its input is complete.
        case wrappedCalls
        case other
    }

    /// A part of an item: of a message's content, or of a reasoning item's summary or content.
    struct Part: Hashable, Sendable {
        let outputIndex: Int
        let partIndex: Int
        /// The parts of a summary and of a content are numbered separately.
        let isSummary: Bool

        init(outputIndex: Int, partIndex: Int, isSummary: Bool = false) {
            self.outputIndex = outputIndex
            self.partIndex = partIndex
            self.isSummary = isSummary
        }

        /// The part that an event belongs to.
        init(_ event: Value, isSummary: Bool = false) {
            let partIndex = event[isSummary ? "summary_index" : "content_index"]?.integer ?? 0
            self.init(outputIndex: event.outputIndex, partIndex: partIndex, isSummary: isSummary)
        }
    }

    /// What has been written of a part.
    struct Progress: Sendable {
        /// Whether any of its text was written; an annotation may come before the text.
        var hasText = false
        /// Number of characters of text before the part. It is added to the offsets of the part's annotations.
        var start = 0
        var annotationCount = 0
        /// Whether its characters are included in `characterCount`.
        var isCounted = false
    }

    /// Handles an item that upstream announces. A call is written at once, with its name and without its input.
    mutating func add(_ item: Value, at index: Int, into output: inout [UInt8]) {
        guard items[index] == nil else { return }
        if let id = item["id"]?.string, !id.isEmpty { announced[id] = index }
        switch item["type"]?.string {
        case "message":
            items[index] = .message(isCommentary: item.isCommentary)
        case "function_call" where context.unwrapsParallelCalls && ParallelCall.isWrapper(item):
            items[index] = .wrappedCalls
        case "function_call":
            begin(item, at: index, isCustom: false, into: &output)
        case "custom_tool_call":
            begin(item, at: index, isCustom: true, into: &output)
        default:
            items[index] = .other
        }
    }

    /// Handles a complete item: writes the content that was in no earlier event.
    mutating func complete(_ item: Value, at index: Int, into output: inout [UInt8]) {
        add(item, at: index, into: &output)
        switch items[index] {
        case .message:
            completeParts(of: item["content"], at: index, into: &output)
        case .call(let call):
            remainder(item[call.inputField], at: index, into: &output)
        case .wrappedCalls:
            unwrap(item, at: index, into: &output)
        case .other, nil:
            guard item["type"]?.isString("reasoning") == true else { return }
            completeThoughts(of: item, at: index, into: &output)
        }
    }

    /// Handles all items of the final response. Some servers omit items there, so an item is identified by its id, or by
    /// its position if the id is unknown or several items have it.
    mutating func completeAll(of output: Value?, into chunks: inout [UInt8]) {
        var unmatched = announced
        var place = 0
        for item in output?.elements ?? .empty where cutReason == nil {
            let index = item["id"]?.string.flatMap { unmatched.removeValue(forKey: $0) }
            itemIsDone(item, at: index ?? place, into: &chunks)
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
        for part in content?.elements ?? .empty where cutReason == nil {
            let place = Part(outputIndex: index, partIndex: partIndex)
            partIndex += 1
            if part.isRefusal {
                refusalIsDone(part["refusal"], of: place, into: &output)
                continue
            }
            textIsDone(part["text"], of: place, logprobs: part["logprobs"], into: &output)
            let known = delivered[place]?.annotationCount ?? 0
            for annotation in (part["annotations"]?.elements ?? .empty).dropFirst(known) where cutReason == nil {
                self.annotation(annotation, of: place, into: &output)
            }
        }
    }
}
