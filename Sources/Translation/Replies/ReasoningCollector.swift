internal import JSON

/// Collects the encrypted reasoning that leads to calls, from a response's output items in order.
struct ReasoningCollector: Sendable {
    private(set) var kept: [KeptReasoning] = []
    private var beforeText: [[UInt8]] = []
    private var pending: [[UInt8]] = []

    mutating func observe(_ item: Value) {
        switch item["type"]?.string {
        case "reasoning":
            if let sealed = Self.sealed(item) { pending.append(sealed) }
        case "message":
            beforeText += pending
            pending = []
        case "function_call", "custom_tool_call":
            if let callID = item["call_id"]?.string, !(beforeText.isEmpty && pending.isEmpty) {
                kept.append(KeptReasoning(callID: callID, beforeText: beforeText, beforeCall: pending))
            }
            beforeText = []
            pending = []
        default:
            break
        }
    }

    /// The item in the form in which a later request contains it, without fields that only describe it; nil if it has no
    /// encrypted content.
    private static func sealed(_ item: Value) -> [UInt8]? {
        guard let id = item.given("id"), let content = item.given("encrypted_content") else { return nil }
        var writer = Writer(reservingCapacity: item.text.count)
        writer.object {
            $0.member("type", "reasoning")
            $0.member("id", id)
            $0.name("summary")
            if let summary = item.given("summary") { $0.value(summary) } else { $0.array { _ in } }
            $0.member("encrypted_content", content)
        }
        return writer.bytes
    }
}
