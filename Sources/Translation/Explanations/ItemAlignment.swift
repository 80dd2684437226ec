internal import JSON

/// Finds the input items that each message became. It counts them: messages and items have the same order.
enum ItemAlignment {
    /// One range of items per message; nil if the messages and items do not match.
    static func ranges(of messages: Value, in items: [Value]) -> [Range<Int>]? {
        var walk = Walk(items: items, pairing: CallPairing(messages))
        var ranges: [Range<Int>] = []
        for message in messages.elements {
            let start = walk.position
            walk.pass(message)
            guard walk.position <= items.count else { return nil }
            ranges.append(start..<walk.position)
        }
        return walk.position == items.count ? ranges : nil
    }

    private struct Walk {
        let items: [Value]
        let pairing: CallPairing
        var position = 0
        var callCount = 0
        var resultCount = 0

        mutating func pass(_ message: Value) {
            switch message["role"]?.string {
            case "assistant": passAssistant(message)
            case "tool", "function": passResult()
            default: position += 1
            }
        }

        /// An assistant message becomes inserted reasoning, its content, its calls, and an inserted result for each
        /// unanswered call.
        private mutating func passAssistant(_ message: Value) {
            passReasoning()
            if let said = try? AssistantContent(message, ""), !said.isEmpty { position += 1 }
            let first = callCount
            for _ in message["tool_calls"]?.elements ?? .empty { passCall() }
            if message.given("function_call") != nil { passCall() }
            position += pairing.calls[first..<callCount].count { !$0.isAnswered }
        }

        private mutating func passCall() {
            passReasoning()
            position += 1
            callCount += 1
        }

        private mutating func passReasoning() {
            while position < items.count, items[position]["type"]?.isString("reasoning") == true { position += 1 }
        }

        private mutating func passResult() {
            switch pairing.answers[resultCount] {
            case .call: position += 1
            case .repetition: break
            case .orphan: position += 2
            }
            resultCount += 1
        }
    }
}
