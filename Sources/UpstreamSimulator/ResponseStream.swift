import EventStream
import JSON

/// The Responses API's events for a stream with one text message.
struct ResponseStream: Script {
    fileprivate enum Step {
        case created, inProgress, itemAdded, partAdded
        case delta(Int)
        case textDone, partDone, itemDone, completed
        case error, failed
    }

    private let response: ResponseObject
    private let steps: [Step]

    /// - Parameter fails: whether the stream fails half-way, with the API's events: `error`, then `response.failed`.
    init(_ response: ResponseObject, fails: Bool) {
        self.response = response
        let deltas = response.text.pieces.indices.map { Step.delta($0) }
        let beginning: [Step] = [.created, .inProgress, .itemAdded, .partAdded]
        steps =
            fails
            ? beginning + deltas.prefix(deltas.count / 2) + [.error, .failed]
            : beginning + deltas + [.textDone, .partDone, .itemDone, .completed]
    }

    var count: Int { steps.count }

    func event(_ index: Int) -> [UInt8] {
        let step = steps[index]
        var writer = Writer(reservingCapacity: 512)
        writer.object {
            $0.member("type", "\(step.name)")
            $0.member("sequence_number", index)
            write(step, to: &$0)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(writer.bytes.count + 64)
        EventWriter.append(data: writer.bytes, name: step.name, to: &bytes)
        return bytes
    }

    private func write(_ step: Step, to writer: inout Writer) {
        switch step {
        case .created, .inProgress: writeResponse(.inProgress, to: &writer)
        case .completed: writeResponse(.completed, to: &writer)
        case .failed: writeResponse(.failed, to: &writer)
        case .itemAdded: writeItem(isComplete: false, to: &writer)
        case .itemDone: writeItem(isComplete: true, to: &writer)
        case .partAdded: writePart(text: "", to: &writer)
        case .partDone: writePart(text: response.text.whole, to: &writer)
        case .delta(let index): writeText("delta", String(response.text.pieces[index]), to: &writer)
        case .textDone: writeText("text", response.text.whole, to: &writer)
        case .error:
            writer.name("error")
            APIError.interrupted.write(to: &writer)
        }
    }

    private func writeResponse(_ status: ResponseObject.Status, to writer: inout Writer) {
        writer.name("response")
        response.write(status, to: &writer)
    }

    private func writeItem(isComplete: Bool, to writer: inout Writer) {
        writer.member("output_index", 0)
        writer.name("item")
        response.writeItem(isComplete: isComplete, to: &writer)
    }

    private func writePlace(to writer: inout Writer) {
        writer.member("item_id", response.itemID)
        writer.member("output_index", 0)
        writer.member("content_index", 0)
    }

    private func writePart(text: String, to writer: inout Writer) {
        writePlace(to: &writer)
        writer.name("part")
        response.writePart(text: text, to: &writer)
    }

    private func writeText(_ name: StaticString, _ text: String, to writer: inout Writer) {
        writePlace(to: &writer)
        writer.member(name, text)
        writer.name("logprobs")
        writer.array { _ in }
    }
}

extension ResponseStream.Step {
    /// The event's `type`.
    fileprivate var name: StaticString {
        switch self {
        case .created: "response.created"
        case .inProgress: "response.in_progress"
        case .itemAdded: "response.output_item.added"
        case .partAdded: "response.content_part.added"
        case .delta: "response.output_text.delta"
        case .textDone: "response.output_text.done"
        case .partDone: "response.content_part.done"
        case .itemDone: "response.output_item.done"
        case .completed: "response.completed"
        case .error: "error"
        case .failed: "response.failed"
        }
    }
}
