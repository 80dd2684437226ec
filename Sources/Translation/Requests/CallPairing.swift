internal import JSON

/// Matches the tool results of a conversation with its calls.
///
/// The Responses API rejects a call without a result, a result without a call, and calls that share an id. Histories that
/// Chat Completions servers accepted contain all of these: they were shortened, interrupted, or written by a program that
/// restarts the numbering of its calls in each turn.
struct CallPairing {
    /// A call in the history.
    struct Call {
        /// The id that is sent.
        let id: String
        let isCustom: Bool
        var isAnswered = false
    }

    /// How a result relates to the earlier calls.
    enum Answer: Equatable {
        /// The result of the call at that index.
        case call(Int)
        /// Identical to the previous result with the same id.
        case repetition
        /// A result without a call, with the id to send.
        case orphan(id: String)
    }

    /// In the order of the history.
    private(set) var calls: [Call] = []
    /// In the order of the history.
    private(set) var answers: [Answer] = []

    /// The calls of one message that share an id. Results answer them in order.
    private struct OpenCalls {
        /// Index of the message's first call.
        let message: Int
        private var calls: [Int] = []
        private var answered = 0

        init(inMessageFrom message: Int) {
            self.message = message
        }

        mutating func append(_ call: Int) {
            calls.append(call)
        }

        mutating func takeFirst() -> Int? {
            guard answered < calls.count else { return nil }
            answered += 1
            return calls[answered - 1]
        }
    }

    private var ids = CallIDs()
    /// The calls without a result so far, by the client's id. The key is nil for `function_call`, which has no id.
    private var open: [String?: OpenCalls] = [:]
    /// The last result for each id.
    private var results: [String: ArraySlice<UInt8>] = [:]
    private var legacyCallCount = 0

    /// Skips invalid messages: their errors are reported when the messages are written.
    init(_ messages: Value) {
        for message in messages.elements {
            guard let role = message["role"]?.stringContents else { continue }
            if role == "assistant" {
                addCalls(of: message)
            } else if role == "tool" {
                addResult(message, id: message["tool_call_id"]?.string ?? "")
            } else if role == "function" {
                addResult(message, id: nil)
            }
        }
    }

    private mutating func addCalls(of message: Value) {
        let first = calls.count
        for call in message["tool_calls"]?.elements ?? .empty {
            add(id: call["id"]?.string ?? "", isCustom: call["type"]?.isString("custom") == true, inMessageFrom: first)
        }
        if message.given("function_call") != nil { add(id: nil, isCustom: false, inMessageFrom: first) }
    }

    /// - Parameter first: index of the first call of the same message. Later results do not answer calls of earlier
    ///   messages with the same id.
    private mutating func add(id: String?, isCustom: Bool, inMessageFrom first: Int) {
        if open[id]?.message != first { open[id] = OpenCalls(inMessageFrom: first) }
        open[id]?.append(calls.count)
        calls.append(Call(id: ids.assign(id ?? nextLegacyID()), isCustom: isCustom))
    }

    private mutating func addResult(_ message: Value, id: String?) {
        let content = message["content"]?.text ?? []
        if let call = open[id]?.takeFirst() {
            calls[call].isAnswered = true
            answers.append(.call(call))
        } else if let id, results[id] == content {
            answers.append(.repetition)
        } else {
            answers.append(.orphan(id: ids.assign(id ?? nextLegacyID())))
        }
        if let id { results[id] = content }
    }

    /// The id for a `function_call` or for a `function` result without a call, which have none of their own.
    private mutating func nextLegacyID() -> String {
        legacyCallCount += 1
        return "call_function_\(legacyCallCount)"
    }
}
