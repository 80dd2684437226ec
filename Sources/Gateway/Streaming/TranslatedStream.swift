internal import EventStream
internal import Translation

/// Translates events of the Responses API into Chat Completions chunks.
struct TranslatedStream: StreamTransform {
    private var parser = EventParser()
    private var translator: StreamTranslator
    /// The body, if upstream sends a whole response.
    private var whole: WholeBody?
    /// Stores the reasoning that preceded the model's tool calls; nil once it has been called.
    private var keep: (([KeptReasoning]) -> Void)?

    init(_ translator: StreamTranslator, keep: @escaping ([KeptReasoning]) -> Void) {
        self.translator = translator
        self.keep = keep
    }

    mutating func adopt(_ context: ReplyContext, isWhole: Bool) {
        translator.adopt(context)
        if isWhole { whole = WholeBody() }
    }

    mutating func consume(_ piece: RawSpan, into output: inout [UInt8]) throws {
        guard whole == nil else {
            try whole?.append(piece)
            return
        }
        try parser.feed(piece) { _, data in translator.translate(data, into: &output) }
        keepReasoning()
    }

    /// Stores the reasoning, before the end is sent to the client: it may send the next turn immediately afterwards.
    private mutating func keepReasoning() {
        if translator.outcome != nil, let keep = keep.take(), !translator.reasoning.isEmpty {
            keep(translator.reasoning)
        }
    }

    mutating func bodyHasEnded(isWhole: Bool, into output: inout [UInt8]) {
        if isWhole, let body = whole.take() {
            translator.translateWhole(body.bytes, into: &output)
            keepReasoning()
        } else if isWhole {
            _ = try? parser.finish { _, data in translator.translateLast(data, into: &output) }
            keepReasoning()
        }
        if isWhole || translator.isCut { translator.end(into: &output) }
    }

    var outputTokens: Int { translator.deltaCount }

    var leavesUpstream: Bool { translator.leavesUpstream }

    var hasBegun: Bool { translator.hasBegun }

    var ending: Result<Void, HTTPError>? {
        switch translator.outcome {
        case nil: nil
        case .finished: .success(())
        case .failed(let failure): .failure(HTTPError(failure))
        }
    }

    var usage: Usage? { translator.usage }

    var heldByteCount: Int {
        parser.heldByteCount + translator.heldByteCount + (whole?.bytes.count ?? 0)
    }

    mutating func writeBeat(into output: inout [UInt8]) {
        translator.writeBeat(into: &output)
    }

    func writeFailure(_ failure: HTTPError, into output: inout [UInt8]) {
        StreamTranslator.writeFailure(failure.reported, into: &output)
    }

    /// A single stream has written its own end.
    static func writeEnd(of choices: [TranslatedStream], into output: inout [UInt8]) {
        guard choices.count > 1 else { return }
        choices[0].translator.writeEnd(usage: Usage.sum(of: choices.compactMap(\.usage)), into: &output)
    }
}
