import EventStream
import JSON

/// The Responses API's events for a stream with one tool call and the reasoning before it.
struct CallStream: Script {
    private enum Step {
        case created, inProgress, thoughtAdded, thoughtDone, callAdded, delta(Substring), argumentsDone, callDone,
            completed
    }

    private let response: ResponseObject
    private let call: CalledTool
    private let steps: [Step]

    init(_ response: ResponseObject, _ call: CalledTool) {
        self.response = response
        self.call = call
        let half = call.arguments.index(call.arguments.startIndex, offsetBy: call.arguments.count / 2)
        steps =
            [.created, .inProgress] + (call.thinks ? [.thoughtAdded, .thoughtDone] : [])
            + [.callAdded, .delta(call.arguments[..<half]), .delta(call.arguments[half...])]
            + [.argumentsDone, .callDone, .completed]
    }

    var count: Int { steps.count }

    func event(_ index: Int) -> [UInt8] {
        let step = steps[index]
        let name = Self.name(step)
        var writer = Writer()
        writer.object {
            $0.member("type", "\(name)")
            $0.member("sequence_number", index)
            write(step, to: &$0)
        }
        var bytes: [UInt8] = []
        EventWriter.append(data: writer.bytes, name: name, to: &bytes)
        return bytes
    }

    private func write(_ step: Step, to writer: inout Writer) {
        switch step {
        case .created, .inProgress:
            writer.name("response")
            response.write(.inProgress, to: &writer)
        case .completed:
            writer.name("response")
            response.write(.completed, to: &writer)
        case .thoughtAdded, .thoughtDone:
            writer.member("output_index", 0)
            writer.name("item")
            call.writeThought(to: &writer)
        case .callAdded: writeCall(isComplete: false, to: &writer)
        case .callDone: writeCall(isComplete: true, to: &writer)
        case .delta(let piece): writePiece("delta", String(piece), to: &writer)
        case .argumentsDone: writePiece("arguments", call.arguments, to: &writer)
        }
    }

    private var place: Int { call.thinks ? 1 : 0 }

    private func writeCall(isComplete: Bool, to writer: inout Writer) {
        writer.member("output_index", place)
        writer.name("item")
        call.writeCall(isComplete: isComplete, to: &writer)
    }

    private func writePiece(_ name: StaticString, _ text: String, to writer: inout Writer) {
        writer.member("item_id", call.itemID)
        writer.member("output_index", place)
        writer.member(name, text)
    }

    private static func name(_ step: Step) -> StaticString {
        switch step {
        case .created: "response.created"
        case .inProgress: "response.in_progress"
        case .thoughtAdded, .callAdded: "response.output_item.added"
        case .thoughtDone, .callDone: "response.output_item.done"
        case .delta: "response.function_call_arguments.delta"
        case .argumentsDone: "response.function_call_arguments.done"
        case .completed: "response.completed"
        }
    }
}
