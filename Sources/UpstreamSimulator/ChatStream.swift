import EventStream
import JSON

/// The Chat Completions API's chunks of a completion.
struct ChatStream: Script {
    private enum Step {
        case role(choice: Int)
        case delta(choice: Int, piece: Int)
        case finish(choice: Int)
        case usage, done, error
    }

    private let completion: ChatCompletion
    private let steps: [Step]

    /// - Parameter fails: whether the stream ends half-way with an error.
    init(_ completion: ChatCompletion, fails: Bool) {
        self.completion = completion
        let choices = 0..<completion.choiceCount
        let pieces = 0..<(completion.audio?.pieces.count ?? completion.text.pieces.count)
        let shown = fails ? pieces.prefix(pieces.count / 2) : pieces
        let ending: [Step] =
            choices.map { .finish(choice: $0) } + (completion.includesUsage ? [.usage, .done] : [.done])
        steps =
            choices.map { .role(choice: $0) }
            + shown.flatMap { piece in choices.map { .delta(choice: $0, piece: piece) } }
            + (fails ? [.error] : ending)
    }

    var count: Int { steps.count }

    func event(_ index: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        switch steps[index] {
        case .done: EventWriter.append(data: "[DONE]".utf8, to: &bytes)
        case .error: EventWriter.append(data: APIError.interrupted.body, to: &bytes)
        case let step:
            var writer = Writer(reservingCapacity: 512)
            writer.object { writeChunk(step, to: &$0) }
            EventWriter.append(data: writer.bytes, to: &bytes)
        }
        return bytes
    }

    private func writeChunk(_ step: Step, to writer: inout Writer) {
        completion.writeHead(object: "chat.completion.chunk", to: &writer)
        writer.name("choices")
        writer.array { writer in
            switch step {
            case .role(let choice):
                writeChoice(choice, finishReason: nil, to: &writer) {
                    $0.member("role", "assistant")
                    $0.name("content")
                    $0.stringOrNull(completion.audio == nil ? "" : nil)
                    $0.name("refusal")
                    $0.null()
                }
            case .delta(let choice, let piece):
                writeChoice(choice, finishReason: nil, to: &writer) {
                    writePiece(piece, to: &$0)
                }
            case .finish(let choice): writeChoice(choice, finishReason: "stop", to: &writer) { _ in }
            case .usage, .done, .error: break
            }
        }
        guard completion.includesUsage else { return }
        writer.name("usage")
        if case .usage = step { completion.writeUsage(to: &writer) } else { writer.null() }
    }

    private func writePiece(_ index: Int, to writer: inout Writer) {
        if let audio = completion.audio {
            writer.name("audio")
            audio.write(audio.pieces[index], to: &writer)
        } else {
            writer.member("content", String(completion.text.pieces[index]))
        }
    }

    private func writeChoice(
        _ index: Int, finishReason: String?, to writer: inout Writer, delta: (inout Writer) -> Void
    ) {
        writer.object {
            $0.member("index", index)
            $0.name("delta")
            $0.object(delta)
            $0.name("logprobs")
            $0.null()
            $0.name("finish_reason")
            $0.stringOrNull(finishReason)
        }
    }
}
