internal import JSON
internal import Models

/// Writes the body of `POST /responses` for a request with Chat Completions fields. Extensions write the individual fields.
struct ResponsesPayload {
    let body: Value
    let settings: TranslationSettings
    let front: SourceAPI
    private let recall: ReasoningRecall
    /// The facts that the response's translation needs. Emulated fields add to them.
    var context: ReplyContext
    var notices: Notices
    /// Number of choices that the client wants.
    var choiceCount = 1
    private let choice: ModelChoice
    /// The reasoning effort to send.
    let effort: EffortToSend
    /// Whether the log probabilities of the text's tokens are requested.
    var includesLogprobs = false
    private var recalledCallIDs: Set<String> = []
    /// The fields of the Responses API that are written and do not exist in Chat Completions.
    var writtenFields: Set<String> = ["input"]

    init(
        _ request: ClientRequest, from front: SourceAPI, settings: TranslationSettings,
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
            // `store` defaults to false in Chat Completions and to true in the Responses API.
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

    /// Fields with the same name and the same format in both APIs.
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
        // The only member of `stream_options` that both APIs have. Upstream's last event always reports the usage.
        if let obfuscation = body.given("stream_options")?.given("include_obfuscation") {
            writer.name("stream_options")
            writer.object { $0.member("include_obfuscation", obfuscation) }
        }
    }
}
