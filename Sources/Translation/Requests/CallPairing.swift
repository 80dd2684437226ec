internal import JSON

/// Which tool result answers which call, all through a conversation.
///
/// The Responses API refuses a call without a result, a result without a call, and two that share an id, all of which occur
/// in histories that Chat Completions' servers took: they were shortened, interrupted, or written by a program that counts
/// its calls anew in each turn.
struct CallPairing {
    /// A call of the history.
    struct Call {
        /// The id that is sent.
        let id: String
        let isCustom: Bool
        var isAnswered = false
    }

    /// What a result is to the calls before it.
    enum Answer: Equatable {
        /// The result of the call at that place.
        case call(Int)
        /// The very same as an earlier result of the same call.
        case repetition
        /// The result of a call that is not there; the id to send.
        case orphan(id: String)
    }

    /// In the order of the history.
    private(set) var calls: [Call] = []
    /// In the order of the history.
    private(set) var answers: [Answer] = []

    /// The calls of one message that share an id, of which the earliest is answered first.
    private struct OpenCalls {
        /// The message's first call.
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
    /// The calls that are not answered yet, by the id that the client gave them; `function_call` has none.
    private var open: [String?: OpenCalls] = [:]
    /// The last result for each id.
    private var results: [String: ArraySlice<UInt8>] = [:]
    private var legacyCallCount = 0

    /// Looks at what it needs only; whatever is wrong with a message is found when it is written.
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

    /// - Parameter first: the first call of the same message. Calls of earlier messages with the same id can no longer be
    ///   meant by what follows.
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

    /// An id for a `function_call`: the same for the call and its result.
    private mutating func nextLegacyID() -> String {
        legacyCallCount += 1
        return "call_function_\(legacyCallCount)"
    }
}
