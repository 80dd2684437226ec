internal import JSON
internal import Models

/// Writes the body of `POST /responses` for a request with Chat Completions' fields: one field after the other, each by
/// the part that knows it.
struct ResponsesPayload {
    let body: Value
    let settings: TranslationSettings
    let front: Front
    private let recall: ReasoningRecall
    /// What the reply's translation has to know, which the fields that are emulated add to.
    var context: ReplyContext
    var notices: Notices
    /// How many choices the client wants.
    var choiceCount = 1
    private let choice: ModelChoice
    /// The reasoning effort to send.
    let effort: EffortToSend
    /// Whether the probabilities of the text's tokens are asked for.
    var includesLogprobs = false
    private var recalledCallIDs: Set<String> = []

    init(
        _ request: ClientRequest, from front: Front, settings: TranslationSettings,
        recalling recall: @escaping ReasoningRecall = { _ in nil }
    ) throws(RequestError) {
        body = request.body
        context = request.context
        self.settings = settings
        self.front = front
        self.recall = recall
        notices = request.notices
        notices.target(.responses, insteadOf: settings.target, request.choice.sent.name)
        choice = request.choice
        effort = EffortToSend(
            asked: try body.stringIfGiven("reasoning_effort"), of: request.choice, in: .responses)
    }

    var model: String { context.modelSent }

    mutating func translate() throws(RequestError) -> TranslatedRequest {
        let body = try write()
        return TranslatedRequest(
            path: Target.responses.path, body: body, context: context, notices: notices.all, choiceCount: choiceCount,
            recalledCallIDs: recalledCallIDs)
    }

    private mutating func write() throws(RequestError) -> [UInt8] {
        var writer = Writer(reservingCapacity: body.text.count + 128)
        try readEmulatedFields()
        try writer.object { writer throws(RequestError) in
            writer.member("model", model)
            try writeInput(to: &writer)
            // Chat Completions does not store what passes unless told to; the Responses API does.
            writer.member("store", try body.boolIfGiven("store") ?? false)
            try writeTokenLimit(to: &writer)
            try writeTools(to: &writer)
            try writeText(to: &writer)
            try writeReasoningAndSampling(to: &writer)
            writeIncluded(to: &writer)
            copySharedFields(to: &writer)
            writeStreaming(to: &writer)
            try writeUnsupportedFields(to: &writer)
        }
        return writer.bytes
    }

    private static let recallNothing: ReasoningRecall = { _ in nil }

    private mutating func writeInput(to writer: inout Writer) throws(RequestError) {
        if case .completion(let prompt) = front { return writer.member("input", prompt) }
        guard let messages = try Messages.list(of: body, from: front) else {
            return writer.member("input", try Prompt.single(of: body))
        }
        if front.isProxy, body.given("prompt") != nil {
            notices.dropped("prompt", "is not needed beside 'messages'")
        }
        if front.isProxy, settings.inputFormat == .transcript, let transcript = try Transcript(messages) {
            return transcript.write(to: &writer)
        }
        var items = InputItems(
            messages, roleIsOptional: front.isProxy, wantsPhase: choice.sent.wantsPhase, notices: notices,
            recalling: effort.reasons ? recall : Self.recallNothing)
        try items.write(to: &writer)
        notices = items.notices
        recalledCallIDs = items.recalledCallIDs
    }

    /// Fields that both APIs know by the same name and in the same form.
    private func copySharedFields(to writer: inout Writer) {
        for member in body.members where !member.value.isNull && Self.sharedFields.contains(member.name) {
            writer.member(member)
        }
    }

    static let sharedFields: Set<String> = [
        "metadata", "moderation", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
        "safety_identifier", "service_tier", "user",
    ]

    private func writeStreaming(to writer: inout Writer) {
        guard context.streams else { return }
        writer.member("stream", true)
        // Of `stream_options`, only this is known to both; usage is always on the last event.
        if let obfuscation = body.given("stream_options")?.given("include_obfuscation") {
            writer.name("stream_options")
            writer.object { $0.member("include_obfuscation", obfuscation) }
        }
    }
}
