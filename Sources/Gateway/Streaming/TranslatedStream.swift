internal import EventStream
internal import Translation

/// Turns upstream's Responses events into Chat Completions' chunks.
struct TranslatedStream: StreamTransform {
    private(set) var outputTokens = 0
    private var parser = EventParser()
    private var translator: StreamTranslator
    /// Takes what the model thought before its calls; nil once it has been handed over.
    private var keep: (([KeptReasoning]) -> Void)?

    init(_ translator: StreamTranslator, keep: @escaping ([KeptReasoning]) -> Void) {
        self.translator = translator
        self.keep = keep
    }

    mutating func adopt(_ context: ReplyContext) {
        translator.adopt(context)
    }

    mutating func consume(_ piece: RawSpan, into output: inout [UInt8]) throws {
        try parser.feed(piece) { name, data in
            if name.namesDelta { outputTokens += 1 }
            translator.translate(data, into: &output)
        }
        // Before the client has the end, after which it may come with the next turn at once.
        if translator.outcome != nil, let keep = keep.take(), !translator.reasoning.isEmpty {
            keep(translator.reasoning)
        }
    }

    mutating func bodyHasEnded(isWhole: Bool, into output: inout [UInt8]) {
        if isWhole || translator.isCut { translator.end(into: &output) }
    }

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

    var heldByteCount: Int { parser.heldByteCount }

    mutating func writeBeat(into output: inout [UInt8]) {
        translator.writeBeat(into: &output)
    }

    func writeFailure(_ failure: HTTPError, into output: inout [UInt8]) {
        StreamTranslator.writeFailure(failure.reported, into: &output)
    }

    /// A stream that is the only one has ended itself.
    static func writeEnd(of choices: [TranslatedStream], into output: inout [UInt8]) {
        guard choices.count > 1 else { return }
        choices[0].translator.writeEnd(usage: Usage.sum(of: choices.compactMap(\.usage)), into: &output)
    }
}
