public import JSON

/// Translates complete responses of the Responses API into a `chat.completion` or a `text_completion`. Does no I/O.
public struct ReplyTranslator: Sendable {
    /// A translated response, with its usage and its reasoning.
    public struct Reply: Sendable {
        /// The body of the response, as JSON.
        public let body: [UInt8]
        /// The tokens that it used; nil if upstream does not report them.
        public let usage: Usage?
        /// The reasoning that led to its calls, for the client's next turn.
        public let reasoning: [KeptReasoning]
    }

    /// One choice of the response: upstream's response, and the context of the request that it answers.
    public typealias Part = (context: ReplyContext, response: Document)

    private let id: String
    private let created: Int

    /// - Parameters:
    ///   - id: the response's id, if upstream sends none or if the response combines several of upstream's.
    ///   - created: the current time in seconds since 1970, for the same cases.
    public init(id: String, created: Int) {
        self.id = id
        self.created = created
    }

    /// Translates the upstream responses to one request. Each becomes a choice.
    ///
    /// - Parameter parts: the choices, at least one.
    /// - Throws: ``ReplyFailure`` if an upstream response is an error, whatever its status was.
    public func translate(_ parts: [Part]) throws(ReplyFailure) -> Reply {
        var choices: [Choice] = []
        do throws(ReplyFailure) {
            for part in parts { choices.append(try Choice(part.response.root, context: part.context)) }
        } catch {
            var failure = error
            failure.usage = Usage.sum(of: parts.compactMap { Usage(of: $0.response.root, for: $0.context) })
            throw failure
        }
        guard let first = choices.first else { throw ReplyFailure(message: "There is no response to translate.") }
        var identity = ReplyIdentity(first.response, for: first.context, fallback: (id, created))
        if choices.count > 1 { (identity.id, identity.created) = (id, created) }
        let usage = Usage.sum(of: choices.compactMap(\.usage))
        var writer = Writer(reservingCapacity: parts.reduce(512) { $0 + $1.response.bytes.count })
        writer.object { writer in
            writer.member("id", first.context.form.idPrefix + identity.id)
            writer.member("object", first.context.form == .chat ? "chat.completion" : "text_completion")
            writer.member("created", identity.created)
            writer.member("model", identity.model)
            writer.name("choices")
            writer.array { for (index, choice) in choices.enumerated() { choice.write(index: index, to: &$0) } }
            if let usage {
                writer.name("usage")
                writer.chatUsage(usage)
            }
            if first.context.form == .chat {
                writer.memberIfGiven("service_tier", of: first.response)
                if let moderation = first.response.given("moderation") {
                    writer.name("moderation")
                    writer.chatModeration(moderation)
                }
                writer.name("system_fingerprint")
                writer.null()
            }
        }
        return Reply(body: writer.bytes, usage: usage, reasoning: choices.flatMap(\.reasoning))
    }
}

/// One upstream response as a choice.
private struct Choice {
    let context: ReplyContext
    let response: Value
    let usage: Usage?
    private let message: CollectedMessage
    private let reason: FinishReason

    init(_ response: Value, context: ReplyContext) throws(ReplyFailure) {
        if let failure = ReplyFailure.reported(in: response) { throw failure }
        guard let output = response["output"], output.kind == .array else {
            throw ReplyFailure(message: "Upstream's reply is not a Responses API object.", code: "upstream_garbled")
        }
        if response["status"]?.isString("failed") == true || response["status"]?.isString("cancelled") == true {
            throw ReplyFailure(message: "Upstream failed without giving a reason.")
        }
        self.context = context
        self.response = response
        usage = Usage(of: response, for: context)
        message = CollectedMessage(output, for: context)
        let called = FinishReason(hasCalls: !message.calls.isEmpty, for: context)
        reason = message.isCut ? called : FinishReason(of: response, otherwise: called)
    }

    var reasoning: [KeptReasoning] { message.reasoning.kept }

    func write(index: Int, to writer: inout Writer) {
        writer.object { writer in
            writer.member("index", index)
            switch context.form {
            case .chat:
                writer.name("message")
                writer.object { message.write(to: &$0, usesLegacyFunctionCall: context.usesFunctions) }
            case .completion:
                writer.name("text")
                message.writeText(after: context.echo, to: &writer)
            }
            writer.name("logprobs")
            message.writeLogprobs(to: &writer, form: context.form, after: context.echo)
            writer.member("finish_reason", reason.rawValue)
        }
    }
}
