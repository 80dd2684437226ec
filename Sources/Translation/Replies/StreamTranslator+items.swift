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

        init(_ event: Value) {
            let summary = event["summary_index"]?.integer
            self.init(
                outputIndex: event.outputIndex, partIndex: summary ?? event["content_index"]?.integer ?? 0,
                isSummary: summary != nil)
        }
    }

    /// How far a part is.
    struct Progress: Sendable {
        /// The characters of text before it, from where its annotations count in the reply.
        var start = 0
        var annotationCount = 0
        var isCounted = false
    }

    struct HeldText: Sendable {
        let text: StringContents
        let logprobs: Value?
    }

    /// Whether there was text that is the answer and not commentary.
    var hasAnswer: Bool {
        delivered.keys.contains { part in
            if case .message(isCommentary: false) = items[part.outputIndex] { true } else { false }
        }
    }

    // MARK: Items

    mutating func add(_ item: Value, at index: Int, into output: inout [UInt8]) {
        guard items[index] == nil else { return }
        switch item["type"]?.string {
        case "message":
            items[index] = .message(isCommentary: item["phase"]?.isString("commentary") ?? false)
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
        case .call:
            remainder(item["arguments"] ?? item["input"], at: index, into: &output)
        case .other, nil:
            guard item["type"]?.isString("reasoning") == true else { return }
            var part = 0
            for summary in item["summary"]?.elements ?? .empty {
                let place = Part(outputIndex: index, partIndex: part, isSummary: true)
                if delivered[place] == nil { reasoning(summary["text"], of: place, into: &output) }
                part += 1
            }
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
            } else if delivered[place] == nil {
                refusal(part["refusal"], of: place, into: &output)
            }
        }
    }

    // MARK: Text

    mutating func text(_ delta: Value?, of part: Part, logprobs: Value?, into output: inout [UInt8]) {
        guard let text = delta?.stringContents, !text.isEmpty else { return }
        if delivered[part] == nil { delivered[part] = Progress(start: characterCount) }
        if case .message(isCommentary: true) = items[part.outputIndex] {
            return commentary.append(HeldText(text: text, logprobs: logprobs))
        }
        if items[part.outputIndex] == nil { items[part.outputIndex] = .message(isCommentary: false) }
        releaseCommentary(asAnswer: false, into: &output)
        writeRole(isFollowedByText: true, into: &output)
        writer.content(text, logprobs: logprobs, into: &output)
    }

    mutating func textIsDone(_ text: Value?, of part: Part, logprobs: Value?, into output: inout [UInt8]) {
        if delivered[part] == nil { self.text(text, of: part, logprobs: logprobs, into: &output) }
        guard delivered[part]?.isCounted == false else { return }
        delivered[part]?.isCounted = true
        if case .message(isCommentary: true) = items[part.outputIndex] { return }
        characterCount += text?.stringContents?.characterCount ?? 0
    }

    mutating func refusal(_ delta: Value?, of part: Part, into output: inout [UInt8]) {
        guard let text = delta?.stringContents, !text.isEmpty else { return }
        delivered[part] = Progress()
        writeRole(isFollowedByText: false, into: &output)
        writer.refusal(text, logprobs: nil, into: &output)
    }

    mutating func annotation(_ annotation: Value, of part: Part, into output: inout [UInt8]) {
        var progress = delivered[part] ?? Progress(start: characterCount)
        progress.annotationCount += 1
        delivered[part] = progress
        guard annotation.isURLCitation else { return }
        writeRole(isFollowedByText: true, into: &output)
        writer.delta(into: &output) { delta in
            delta.name("annotations")
            delta.array { $0.chatAnnotation(annotation, shift: progress.start) }
        }
    }

    /// Commentary is the answer where nothing else is, as beside calls; else it is told as what the model thought.
    mutating func releaseCommentary(asAnswer: Bool, into output: inout [UInt8]) {
        guard !commentary.isEmpty else { return }
        let held = commentary
        commentary = []
        writeRole(isFollowedByText: true, into: &output)
        for piece in held {
            if asAnswer {
                writer.content(piece.text, logprobs: piece.logprobs, into: &output)
            } else {
                writer.delta(into: &output) { $0.member("reasoning_content", piece.text) }
            }
        }
    }

    // MARK: Reasoning

    mutating func reasoning(_ delta: Value?, of part: Part, into output: inout [UInt8]) {
        guard let text = delta?.stringContents, !text.isEmpty else { return }
        let isNewPart = delivered.updateValue(Progress(), forKey: part) == nil && part.partIndex > 0
        writeRole(isFollowedByText: true, into: &output)
        writer.delta(into: &output) { delta in
            delta.name("reasoning_content")
            delta.string { string in
                if isNewPart { string.append("\n\n") }
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
