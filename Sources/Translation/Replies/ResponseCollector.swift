public import JSON

/// Makes the whole response of the Responses API out of the events of its stream: for clients that asked for it of an upstream
/// that streams.
public struct ResponseCollector {
    private var response: Value?
    private var isFinished = false
    private var known = OutputItems()
    /// The items by their places: as announced, then as told whole.
    private var items: [Int: Value] = [:]
    /// The texts of items that are not told whole: of messages and of calls.
    private var texts: [Int: ToldTextPieces] = [:]

    /// The error that the stream reported; nil if it reported none.
    public private(set) var failure: ReplyFailure?

    /// Creates a collector without events.
    public init() {}

    private struct ToldTextPieces {
        var isRefusal = false
        var pieces: [StringContents] = []
        var whole: StringContents?

        var text: StringContents { (whole ?? StringContents(joining: pieces)).wellFormed }
    }

    /// Takes an event. Unknown events are ignored.
    public mutating func add(_ event: Value) {
        switch event["type"]?.string {
        case "response.created", "response.in_progress", "response.queued":
            response = response ?? event.given("response")
        case "response.output_item.added":
            if let item = event.given("item") { items[known.announce(item, event)] = item }
        case "response.output_item.done":
            if let item = event.given("item") { items[known.complete(item, event)] = item }
        case "response.output_text.delta": add(event["delta"], at: known.place(of: event, .message))
        case "response.output_text.done": complete(event["text"], at: known.place(of: event, .message))
        case "response.refusal.delta": add(event["delta"], at: known.place(of: event, .message), isRefusal: true)
        case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
            add(event["delta"], at: known.place(of: event, .call))
        case "response.function_call_arguments.done", "response.custom_tool_call_input.done":
            complete(event["arguments"] ?? event["input"], at: known.place(of: event, .call))
        case "response.completed", "response.incomplete", "response.done":
            isFinished = true
            response = event.given("response") ?? response
            let output = Array(response?["output"]?.elements ?? .empty)
            for (item, place) in zip(output, known.complete(output)) { items[place] = item }
        case "response.failed", "response.cancelled", "error", nil:
            if let found = ReplyFailure(event: event) { failure = failure ?? found }
        default: break
        }
    }

    private mutating func add(_ delta: Value?, at place: Int, isRefusal: Bool = false) {
        guard let text = delta?.stringContents else { return }
        texts[place, default: ToldTextPieces()].pieces.append(text)
        texts[place]?.isRefusal = isRefusal
    }

    private mutating func complete(_ text: Value?, at place: Int) {
        if let text = text?.stringContents { texts[place, default: ToldTextPieces()].whole = text }
    }

    /// The response; nil if the stream has not ended with one.
    public func body() -> [UInt8]? {
        guard isFinished, let response else { return nil }
        var writer = Writer()
        writer.object { writer in
            for member in response.members where member.name != "output" { writer.member(member) }
            writer.name("output")
            writer.array { writer in
                for place in Set(items.keys).union(texts.keys).sorted() { write(place, to: &writer) }
            }
        }
        return writer.bytes
    }

    /// Writes an item: the complete item if it arrived, otherwise the announced item with the text of its deltas.
    private func write(_ place: Int, to writer: inout Writer) {
        let (item, text) = (items[place], texts[place])
        let isMessage = item.map { $0["type"]?.isString("message") == true } ?? true
        let field: StaticString = item?["type"]?.isString("custom_tool_call") == true ? "input" : "arguments"
        let isEmpty = isMessage ? !(item?["content"]?.hasElements ?? false) : item?.given(field)?.isString("") ?? true
        guard let text, isEmpty else {
            if let item { writer.value(item) }
            return
        }
        writer.object { writer in
            if let item {
                for member in item.members where member.name != "content" && member.name != field.description {
                    if member.name == "status" { writer.member("status", "completed") } else { writer.member(member) }
                }
            }
            guard isMessage else { return writer.member(field, text.text) }
            if item == nil {
                writer.member("type", "message")
                writer.member("role", "assistant")
            }
            writer.name("content")
            writer.array { writer in
                writer.object { writer in
                    writer.member("type", text.isRefusal ? "refusal" : "output_text")
                    writer.member(text.isRefusal ? "refusal" : "text", text.text)
                    if !text.isRefusal {
                        writer.name("annotations")
                        writer.array { _ in }
                    }
                }
            }
        }
    }
}
