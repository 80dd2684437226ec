import JSON

/// The content of a response, independent of its form: whole, or in chunks of any size.
struct Said: Equatable {
    struct Call: Equatable {
        var id = ""
        var type = ""
        var name = ""
        var input = ""

        init() {}

        init(_ type: String, id: String, name: String, input: String) {
            (self.type, self.id, self.name, self.input) = (type, id, name, input)
        }

        mutating func add(_ delta: Value) {
            id += delta["id"]?.string ?? ""
            type += delta["type"]?.string ?? ""
            add(function: delta["function"] ?? delta["custom"])
        }

        mutating func add(function: Value?) {
            name += function?["name"]?.string ?? ""
            input += (function?["arguments"] ?? function?["input"])?.string ?? ""
        }
    }

    var id: String?
    var created: Int?
    var model: String?
    var role: String?
    /// Empty if the response has no text or an empty text.
    var content = ""
    var refusal = ""
    var reasoning = ""
    var annotations: [String] = []
    var calls: [Call] = []
    var functionCall: Call?
    var logprobs: [String] = []
    var finishReason: String?
    var usage: String?
    var serviceTier: String?
    var error: String?

    init(completion: Value) {
        add(head: completion)
        for choice in completion["choices"]?.elements ?? .empty { add(choice, message: choice["message"]) }
    }

    init(chunks: [Value]) {
        for chunk in chunks {
            add(head: chunk)
            for choice in chunk["choices"]?.elements ?? .empty { add(choice, message: choice["delta"]) }
        }
    }

    private mutating func add(head: Value) {
        id = head["id"]?.string ?? id
        created = head["created"]?.integer ?? created
        model = head["model"]?.string ?? model
        serviceTier = head["service_tier"]?.string ?? serviceTier
        usage = head.given("usage")?.compact ?? usage
        error = head.given("error")?.compact ?? error
    }

    private mutating func add(_ choice: Value, message: Value?) {
        finishReason = choice["finish_reason"]?.string ?? finishReason
        for token in choice["logprobs"]?["content"]?.elements ?? .empty { logprobs.append(token.compact) }
        guard let message else { return }
        role = message["role"]?.string ?? role
        content += message["content"]?.string ?? ""
        refusal += message["refusal"]?.string ?? ""
        reasoning += message["reasoning_content"]?.string ?? ""
        for annotation in message["annotations"]?.elements ?? .empty { annotations.append(annotation.compact) }
        if let function = message["function_call"] {
            functionCall = functionCall ?? Call()
            functionCall?.add(function: function)
        }
        var position = 0
        for delta in message["tool_calls"]?.elements ?? .empty {
            // In a whole response a call's index is its position.
            let index = delta["index"]?.integer ?? position
            position += 1
            while calls.count <= index { calls.append(Call()) }
            calls[index].add(delta)
        }
    }
}

extension Value {
    /// The value without white space, with all strings escaped in the same way.
    var compact: String {
        switch kind {
        case .array: "[" + elements.map(\.compact).joined(separator: ",") + "]"
        case .object:
            "{" + members.map { "\($0.name.debugDescription):\($0.value.compact)" }.joined(separator: ",") + "}"
        case .string: (string ?? "").debugDescription
        default: String(decoding: text, as: UTF8.self)
        }
    }
}
