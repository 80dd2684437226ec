public import JSON

/// Turns a whole response of the Responses API into a `chat.completion`. Pure.
public struct ReplyTranslator: Sendable {
    /// A translated reply and what else is to be known of it.
    public struct Reply: Sendable {
        public let body: [UInt8]
        public let usage: Usage?
        public let finishReason: FinishReason
    }

    private let context: ReplyContext
    private let fallback: ReplyIdentity

    /// - Parameters:
    ///   - context: what the request's translation left.
    ///   - id: names the reply if upstream does not.
    ///   - created: the present, in seconds since 1970, if upstream does not say when it began.
    public init(context: ReplyContext, id: String, created: Int) {
        self.context = context
        fallback = ReplyIdentity(id: id, created: created, model: context.modelSent)
    }

    /// - Throws: ``ReplyFailure`` when the response is an error, whatever its status said.
    public func translate(_ document: Document) throws(ReplyFailure) -> Reply {
        let response = document.root
        if let failure = ReplyFailure.reported(in: response) { throw failure }
        guard let output = response["output"], output.kind == .array else {
            throw ReplyFailure(message: "Upstream's reply is no response.", code: "upstream_garbled")
        }
        if response["status"]?.isString("failed") == true || response["status"]?.isString("cancelled") == true {
            throw ReplyFailure(message: "Upstream failed without saying why.")
        }
        let message = CollectedMessage(output)
        let reason = FinishReason(
            of: response, hasCalls: !message.calls.isEmpty, answersInKind: context.usesFunctions)
        let usage = response.given("usage")
        let identity = ReplyIdentity(response, fallback: fallback)
        var writer = Writer(reservingCapacity: output.text.count + 512)
        writer.object { writer in
            writer.member("id", "chatcmpl-" + identity.id)
            writer.member("object", "chat.completion")
            writer.member("created", identity.created)
            writer.member("model", identity.model)
            writer.name("choices")
            writer.array { $0.object { writeChoice(message, reason, to: &$0) } }
            if let usage {
                writer.name("usage")
                writer.chatUsage(usage)
            }
            writer.memberIfGiven("service_tier", of: response)
            writer.name("system_fingerprint")
            writer.null()
        }
        return Reply(body: writer.bytes, usage: Usage(usage), finishReason: reason)
    }

    private func writeChoice(_ message: CollectedMessage, _ reason: FinishReason, to writer: inout Writer) {
        writer.member("index", 0)
        writer.name("message")
        writer.object { message.write(to: &$0, answersInKind: context.usesFunctions) }
        writer.name("logprobs")
        message.writeLogprobs(to: &writer)
        writer.member("finish_reason", reason.rawValue)
    }
}
