public import JSON

internal import EventStream

/// Tells a whole reply as the events of a stream, for clients that asked for a stream of an upstream that sends none.
public enum ReplyEvents {
    /// Writes the stream of a reply.
    ///
    /// - Parameters:
    ///   - reply: a response of the Responses API, a `chat.completion` or a `text_completion`.
    ///   - includesUsage: whether a stream of one of the older APIs reports the usage.
    ///   - output: the buffer that the events are appended to.
    /// - Returns: false if the value is none of these.
    public static func write(_ reply: Value, includesUsage: Bool, into output: inout [UInt8]) -> Bool {
        if let items = reply["output"], items.kind == .array {
            var events = ResponseEvents()
            events.write(reply, items, into: &output)
            return true
        }
        guard let choices = reply["choices"], choices.kind == .array else { return false }
        CompletionChunks(reply: reply, includesUsage: includesUsage).write(choices, into: &output)
        return true
    }
}

/// The events of the Responses API: every item and every part begins, has one delta, and ends.
private struct ResponseEvents {
    private var number = 0

    mutating func write(_ response: Value, _ items: Value, into output: inout [UInt8]) {
        for type: StaticString in ["response.created", "response.in_progress"] {
            event(type, into: &output) {
                $0.name("response")
                $0.object { Self.begun(response, to: &$0) }
            }
        }
        for (index, item) in items.elements.enumerated() { write(item, at: index, into: &output) }
        let end: StaticString =
            switch response["status"]?.string {
            case "failed": "response.failed"
            case "incomplete": "response.incomplete"
            default: "response.completed"
            }
        event(end, into: &output) { $0.member("response", response) }
    }

    /// The members of the response as it was before it had any output.
    private static func begun(_ response: Value, to writer: inout Writer) {
        for member in response.members {
            switch member.name {
            case "status": writer.member("status", "in_progress")
            case "output": writer.emptyArray("output")
            case "usage", "error", "incomplete_details", "completed_at":
                writer.name(text: member.name)
                writer.null()
            default: writer.member(member)
            }
        }
    }

    private mutating func write(_ item: Value, at index: Int, into output: inout [UInt8]) {
        event("response.output_item.added", into: &output) { writer in
            writer.member("output_index", index)
            writer.name("item")
            writer.object { writer in
                for member in item.members {
                    switch member.name {
                    case "status": writer.member("status", "in_progress")
                    case "content" where member.value.kind == .array: writer.emptyArray("content")
                    case "summary" where member.value.kind == .array: writer.emptyArray("summary")
                    case "arguments": writer.member("arguments", "")
                    case "input" where member.value.kind == .string: writer.member("input", "")
                    default: writer.member(member)
                    }
                }
            }
        }
        let place = Place(id: item["id"], index: index)
        switch item["type"]?.string {
        case "message":
            for (part, content) in (item["content"]?.elements ?? .empty).enumerated() {
                write(content, place.part("content_index", part), into: &output)
            }
        case "reasoning":
            for (part, summary) in (item["summary"]?.elements ?? .empty).enumerated() {
                write(summary, place.part("summary_index", part), into: &output)
            }
        case "function_call":
            tell(
                "response.function_call_arguments.delta", "response.function_call_arguments.done", "arguments",
                item["arguments"], place, name: item["name"], into: &output)
        case "custom_tool_call":
            tell(
                "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "input", item["input"],
                place, into: &output)
        default: break
        }
        event("response.output_item.done", into: &output) { writer in
            writer.member("output_index", index)
            writer.member("item", item)
        }
    }

    private mutating func write(_ part: Value, _ place: Place, into output: inout [UInt8]) {
        let isSummary = part["type"]?.isString("summary_text") == true
        event(isSummary ? "response.reasoning_summary_part.added" : "response.content_part.added", into: &output) {
            writer in
            place.write(to: &writer)
            writer.name("part")
            writer.object { writer in
                for member in part.members {
                    switch member.name {
                    case "text", "refusal":
                        writer.name(text: member.name)
                        writer.string("")
                    case "annotations", "logprobs":
                        writer.name(text: member.name)
                        writer.array { _ in }
                    default: writer.member(member)
                    }
                }
            }
        }
        switch part["type"]?.string {
        case "output_text":
            tell(
                "response.output_text.delta", "response.output_text.done", "text", part["text"], place,
                into: &output
            ) { writer in
                writer.name("logprobs")
                if let logprobs = part.given("logprobs") { writer.value(logprobs) } else { writer.array { _ in } }
            }
            for (index, annotation) in (part["annotations"]?.elements ?? .empty).enumerated() {
                event("response.output_text.annotation.added", into: &output) { writer in
                    place.write(to: &writer)
                    writer.member("annotation_index", index)
                    writer.member("annotation", annotation)
                }
            }
        case "refusal":
            tell("response.refusal.delta", "response.refusal.done", "refusal", part["refusal"], place, into: &output)
        case "summary_text":
            tell(
                "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done", "text", part["text"],
                place, into: &output)
        default: break
        }
        event(isSummary ? "response.reasoning_summary_part.done" : "response.content_part.done", into: &output) {
            writer in
            place.write(to: &writer)
            writer.member("part", part)
        }
    }

    /// One delta and the end of a text.
    private mutating func tell(
        _ delta: StaticString, _ done: StaticString, _ field: StaticString, _ text: Value?, _ place: Place,
        name: Value? = nil, into output: inout [UInt8], _ further: (inout Writer) -> Void = { _ in }
    ) {
        guard let text else { return }
        event(delta, into: &output) { writer in
            place.write(to: &writer)
            writer.member("delta", text)
            further(&writer)
        }
        event(done, into: &output) { writer in
            place.write(to: &writer)
            writer.member(field, text)
            if let name { writer.member("name", name) }
            further(&writer)
        }
    }

    private mutating func event(_ type: StaticString, into output: inout [UInt8], _ members: (inout Writer) -> Void) {
        var writer = Writer()
        writer.object {
            $0.member("type", type.description)
            $0.member("sequence_number", number)
            members(&$0)
        }
        number += 1
        EventWriter.append(data: writer.bytes.filter { !$0.isLineEnd }, name: type, to: &output)
    }

    /// The item, and the part of it, that an event is about.
    private struct Place {
        let id: Value?
        let index: Int
        var partName: StaticString?
        var part = 0

        func part(_ name: StaticString, _ part: Int) -> Place {
            Place(id: id, index: index, partName: name, part: part)
        }

        func write(to writer: inout Writer) {
            if let id { writer.member("item_id", id) }
            writer.member("output_index", index)
            if let partName { writer.member(partName, part) }
        }
    }
}

/// The chunks of one of the older APIs: one with the content of each choice, one with its end.
private struct CompletionChunks {
    let reply: Value
    let includesUsage: Bool

    func write(_ choices: Value, into output: inout [UInt8]) {
        for choice in choices.elements {
            guard let message = choice["message"] else {
                chunk(into: &output) { $0.array { $0.value(choice) } }
                continue
            }
            chunk(into: &output) { writer in
                writer.array { writer in
                    writer.object { writer in
                        for member in choice.members {
                            switch member.name {
                            case "message":
                                writer.name("delta")
                                writer.object { Self.delta(message, to: &$0) }
                            case "finish_reason":
                                writer.name("finish_reason")
                                writer.null()
                            default: writer.member(member)
                            }
                        }
                    }
                }
            }
            chunk(into: &output) { writer in
                writer.array { writer in
                    writer.object { writer in
                        writer.memberIfGiven("index", of: choice)
                        writer.name("delta")
                        writer.object { _ in }
                        writer.name("logprobs")
                        writer.null()
                        writer.memberIfGiven("finish_reason", of: choice)
                    }
                }
            }
        }
        if includesUsage, let usage = reply.given("usage") {
            chunk(usage, into: &output) { $0.array { _ in } }
        }
        ChunkWriter.done(into: &output)
    }

    /// The message as a delta: its calls have an index.
    private static func delta(_ message: Value, to writer: inout Writer) {
        for member in message.members {
            guard member.nameContents == "tool_calls", member.value.kind == .array else {
                writer.member(member)
                continue
            }
            writer.name("tool_calls")
            writer.array { writer in
                for (index, call) in member.value.elements.enumerated() {
                    writer.object { writer in
                        writer.member("index", index)
                        for member in call.members where member.name != "index" { writer.member(member) }
                    }
                }
            }
        }
    }

    private func chunk(_ usage: Value? = nil, into output: inout [UInt8], _ choices: (inout Writer) -> Void) {
        var writer = Writer()
        writer.object { writer in
            for member in reply.members {
                switch member.name {
                case "object" where member.value.isString("chat.completion"):
                    writer.member("object", "chat.completion.chunk")
                case "choices":
                    writer.name("choices")
                    choices(&writer)
                case "usage":
                    guard includesUsage else { continue }
                    writer.name("usage")
                    if let usage { writer.value(usage) } else { writer.null() }
                default: writer.member(member)
                }
            }
        }
        EventWriter.append(data: writer.bytes.filter { !$0.isLineEnd }, to: &output)
    }
}

extension Writer {
    fileprivate mutating func emptyArray(_ name: StaticString) {
        self.name(name)
        array { _ in }
    }
}

extension UInt8 {
    /// Whether the byte ends a line. In JSON, it is white space between values.
    fileprivate var isLineEnd: Bool { self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r") }
}
