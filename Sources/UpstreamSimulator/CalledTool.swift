import JSON

/// A generated tool call, with the reasoning before it.
struct CalledTool: Sendable {
    let name: String
    let arguments: String
    let callID = Identifier.make("call_")
    let itemID = Identifier.make("fc_")
    /// The encrypted reasoning; nil if the model does not reason or the request does not include encrypted reasoning.
    let sealedThought: String?
    let thoughtID = Identifier.make("rs_")
    let thinks: Bool

    /// The prefix of encrypted reasoning, by which reasoning in a request is recognized as the simulator's own.
    static let seal = "sealed-"

    init(name: String, arguments: String, request: ModelRequest) {
        self.name = name
        self.arguments = arguments
        thinks = request.reasons
        let isAsked = request["include"]?.elements.contains { $0.isString("reasoning.encrypted_content") } ?? false
        sealedThought = thinks && isAsked ? Identifier.make(Self.seal) : nil
    }

    func writeThought(to writer: inout Writer) {
        writer.object {
            $0.member("id", thoughtID)
            $0.member("type", "reasoning")
            $0.name("summary")
            $0.array { _ in }
            $0.name("encrypted_content")
            $0.stringOrNull(sealedThought)
        }
    }

    func writeCall(isComplete: Bool, to writer: inout Writer) {
        writer.object {
            $0.member("id", itemID)
            $0.member("type", "function_call")
            $0.member("status", isComplete ? "completed" : "in_progress")
            $0.member("arguments", isComplete ? arguments : "")
            $0.member("call_id", callID)
            $0.member("name", name)
        }
    }
}
