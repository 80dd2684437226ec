internal import JSON

/// The single message that is made of a response's output items.
struct CollectedMessage {
    private var text: [StringContents] = []
    private var refusals: [StringContents] = []
    /// Reasoning, and commentary that is not the answer.
    private var thoughts: [StringContents] = []
    private var annotations: [(annotation: Value, shift: Int)] = []
    private var tokens: [Value] = []
    private var characterCount = 0
    private(set) var calls: [CollectedCall] = []
    private(set) var reasoning = ReasoningCollector()
    /// Applies the stop sequences to the text; nil if there are none.
    private var visible: VisibleText?

    init(_ output: Value, for context: ReplyContext) {
        if !context.stops.isEmpty { visible = VisibleText(stops: context.stops) }
        let hasAnswer = output.elements.contains { $0.isMessage && !$0.isCommentary }
        for item in output.elements where !isCut {
            if context.keepsReasoning { reasoning.observe(item) }
            switch item["type"]?.string {
            case "message": collect(item, asAnswer: !item.isCommentary || !hasAnswer)
            case "function_call", "custom_tool_call": collectCall(item, for: context)
            case "reasoning": collectReasoning(item)
            default: continue
            }
        }
        if let rest = visible?.finish() { add(rest) }
    }

    /// Whether a stop sequence ended the text, and with it the message.
    var isCut: Bool { visible?.ending != nil }

    private mutating func collectCall(_ item: Value, for context: ReplyContext) {
        if context.unwrapsParallelCalls, ParallelCall.isWrapper(item), let wrapped = ParallelCall(item) {
            calls += wrapped.calls.map { .unwrapped($0) }
        } else {
            calls.append(.item(item))
        }
    }

    private mutating func collect(_ message: Value, asAnswer: Bool) {
        for part in message["content"]?.elements ?? .empty where !isCut {
            if part.isRefusal {
                if let refusal = part["refusal"]?.stringContents { refusals.append(refusal.wellFormed) }
            } else if let text = part["text"]?.stringContents?.wellFormed {
                guard asAnswer else {
                    thoughts.append(text)
                    continue
                }
                for annotation in part["annotations"]?.elements ?? .empty where annotation.isURLCitation {
                    annotations.append((annotation, characterCount))
                }
                characterCount += text.characterCount
                let piece = VisibleText.Piece(text: text, tokens: Array(part["logprobs"]?.elements ?? .empty))
                add(visible?.append(piece) ?? piece)
            }
        }
    }

    private mutating func add(_ piece: VisibleText.Piece) {
        text.append(piece.text)
        tokens += piece.tokens
    }

    private mutating func collectReasoning(_ item: Value) {
        for part in item.thoughts.parts {
            if let text = part["text"]?.stringContents { thoughts.append(text.wellFormed) }
        }
    }

    /// Writes the members of `message`.
    ///
    /// - Parameter usesLegacyFunctionCall: whether to write the legacy `function_call`, which holds only the first call.
    func write(to writer: inout Writer, usesLegacyFunctionCall: Bool) {
        writer.member("role", "assistant")
        writer.name("content")
        if text.allSatisfy(\.isEmpty) && !(refusals.isEmpty && calls.isEmpty) {
            writer.null()
        } else {
            writer.string { string in for piece in text { string.append(piece) } }
        }
        writer.name("refusal")
        if refusals.isEmpty {
            writer.null()
        } else {
            writer.string { string in for piece in refusals { string.append(piece) } }
        }
        writer.name("annotations")
        writer.array {
            for (annotation, shift) in visibleAnnotations { $0.chatAnnotation(annotation, shift: shift) }
        }
        writeThoughts(to: &writer)
        if usesLegacyFunctionCall, let call = calls.first {
            writer.name("function_call")
            writer.object { call.writeFunction(to: &$0) }
        } else if !calls.isEmpty {
            writer.name("tool_calls")
            writer.array { for call in calls { call.write(to: &$0) } }
        }
    }

    /// The citations that begin in the visible text.
    private var visibleAnnotations: [(annotation: Value, shift: Int)] {
        guard isCut else { return annotations }
        let end = text.reduce(0) { $0 + $1.characterCount }
        return annotations.filter { ($0.annotation["start_index"]?.integer ?? 0) < end - $0.shift }
    }

    private func writeThoughts(to writer: inout Writer) {
        guard !thoughts.isEmpty else { return }
        writer.name("reasoning_content")
        writer.string { string in
            for (index, piece) in thoughts.enumerated() {
                if index > 0 { string.append("\n\n") }
                string.append(piece)
            }
        }
    }

    /// Writes the value of a completion's `text`, including refusals: the legacy API has no other field for them.
    func writeText(after echo: StringContents?, to writer: inout Writer) {
        writer.string { string in
            if let echo { string.append(echo) }
            for piece in text + refusals { string.append(piece) }
        }
    }

    /// Writes the value of `logprobs`.
    ///
    /// - Parameter echo: the prompt, if it precedes the text in the legacy API's response.
    func writeLogprobs(to writer: inout Writer, form: ReplyForm, after echo: StringContents?) {
        guard !tokens.isEmpty else { return writer.null() }
        if form == .completion { return writer.completionLogprobs(tokens, after: echo?.characterCount ?? 0) }
        writer.object {
            $0.name("content")
            $0.chatLogprobs(tokens)
            $0.name("refusal")
            $0.null()
        }
    }
}

extension Value {
    fileprivate var isMessage: Bool { self["type"]?.isString("message") ?? false }
}
