internal import JSON

/// The one message that a response's output items say together.
struct CollectedMessage {
    private var text: [StringContents] = []
    private var refusals: [StringContents] = []
    /// Reasoning, and commentary that is not the answer.
    private var thoughts: [StringContents] = []
    private var annotations: [(annotation: Value, shift: Int)] = []
    private var logprobs: [Value] = []
    private var characterCount = 0
    private(set) var calls: [Value] = []

    init(_ output: Value) {
        let hasAnswer = output.elements.contains { $0.isMessage && !$0.isCommentary }
        for item in output.elements {
            switch item["type"]?.string {
            case "message": collect(item, asAnswer: !item.isCommentary || !hasAnswer)
            case "function_call", "custom_tool_call": calls.append(item)
            case "reasoning": collectReasoning(item)
            default: continue
            }
        }
    }

    private mutating func collect(_ message: Value, asAnswer: Bool) {
        for part in message["content"]?.elements ?? .empty {
            if part.isRefusal {
                if let refusal = part["refusal"]?.stringContents { refusals.append(refusal) }
            } else if let text = part["text"]?.stringContents {
                guard asAnswer else {
                    thoughts.append(text)
                    continue
                }
                for annotation in part["annotations"]?.elements ?? .empty where annotation.isURLCitation {
                    annotations.append((annotation, characterCount))
                }
                if let logprobs = part["logprobs"], logprobs.hasElements { self.logprobs.append(logprobs) }
                characterCount += text.characterCount
                self.text.append(text)
            }
        }
    }

    private mutating func collectReasoning(_ item: Value) {
        for part in item.thoughts.parts {
            if let text = part["text"]?.stringContents { thoughts.append(text) }
        }
    }

    /// Writes the members of `message`.
    ///
    /// - Parameter answersInKind: whether a call is told as `function_call`, of which there can be only one.
    func write(to writer: inout Writer, answersInKind: Bool) {
        writer.member("role", "assistant")
        writer.name("content")
        if text.isEmpty && !(refusals.isEmpty && calls.isEmpty) {
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
        writer.array { for (annotation, shift) in annotations { $0.chatAnnotation(annotation, shift: shift) } }
        writeThoughts(to: &writer)
        if answersInKind, let call = calls.first {
            writer.name("function_call")
            writer.object { Self.writeFunction(call, to: &$0) }
        } else if !calls.isEmpty {
            writer.name("tool_calls")
            writer.array { for call in calls { Self.writeCall(call, to: &$0) } }
        }
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

    /// Writes the value of a completion's `text`: all that is said, refusals too, for which there is no other field.
    func writeText(after echo: StringContents?, to writer: inout Writer) {
        writer.string { string in
            if let echo { string.append(echo) }
            for piece in text + refusals { string.append(piece) }
        }
    }

    /// Writes the value of `logprobs`.
    func writeLogprobs(to writer: inout Writer, form: ReplyForm) {
        guard !logprobs.isEmpty else { return writer.null() }
        if form == .completion { return writer.completionLogprobs(logprobs) }
        writer.object {
            $0.name("content")
            $0.chatLogprobs(logprobs)
            $0.name("refusal")
            $0.null()
        }
    }

    private static func writeCall(_ call: Value, to writer: inout Writer) {
        writer.object {
            if let id = call.given("call_id") { $0.member("id", id) }
            if call["type"]?.isString("custom_tool_call") == true {
                $0.member("type", "custom")
                $0.name("custom")
                $0.object {
                    $0.memberIfGiven("name", of: call)
                    $0.memberIfGiven("input", of: call)
                }
            } else {
                $0.member("type", "function")
                $0.name("function")
                $0.object { writeFunction(call, to: &$0) }
            }
        }
    }

    private static func writeFunction(_ call: Value, to writer: inout Writer) {
        writer.memberIfGiven("name", of: call)
        writer.memberIfGiven("arguments", of: call)
    }
}

extension Value {
    fileprivate var isMessage: Bool { self["type"]?.isString("message") ?? false }
}
