public import JSON

/// Turns clients' requests into upstream's. Pure: bytes in, bytes out; the same request gives the same bytes in every
/// process, since a changed prefix is a miss in upstream's prompt cache.
public struct RequestTranslator: Sendable {
    /// What the operator decided, and perhaps a location or a caller's key for itself.
    public let settings: TranslationSettings

    /// A translator that keeps nothing between requests.
    public init(settings: TranslationSettings) {
        self.settings = settings
    }

    /// Translates a body of `POST /proxy`: Chat Completions' fields, with `messages` or `prompt`.
    ///
    /// - Throws: ``RequestError``, which names the field that cannot be translated.
    public func translateProxyRequest(_ document: Document) throws(RequestError) -> TranslatedRequest {
        try translate(document, from: .proxy)
    }

    /// Translates a body of `POST /v1/chat/completions`.
    ///
    /// - Parameters:
    ///   - document: the body.
    ///   - recall: finds the reasoning that led to a call in an earlier turn.
    /// - Throws: ``RequestError``, which names the field that cannot be translated.
    public func translateChatRequest(
        _ document: Document, recalling recall: @escaping ReasoningRecall = { _ in nil }
    ) throws(RequestError) -> TranslatedRequest {
        try translate(document, from: .chat, recalling: recall)
    }

    /// Translates a body of `POST /v1/completions`: one request for each prompt, in their order.
    ///
    /// - Throws: ``RequestError``, which names the field that cannot be translated.
    public func translateCompletionRequest(_ document: Document) throws(RequestError) -> [TranslatedRequest] {
        let completion = try CompletionRequest(document.root, settings: settings)
        var translated: [TranslatedRequest] = []
        for (index, prompt) in completion.prompts.enumerated() {
            var payload = ResponsesPayload(completion.request, from: .completion(prompt), settings: settings)
            payload.context = try completion.context(for: prompt)
            payload.context.promptIndex = index
            translated.append(try payload.translate())
        }
        try CompletionRequest.checkCount(translated.reduce(0) { $0 + $1.choiceCount })
        return translated
    }

    /// Maps the model's name in a body that upstream understands as it is, and leaves every other byte alone.
    ///
    /// - Parameters:
    ///   - document: the body.
    ///   - path: the route that the body is for, such as `/responses`.
    /// - Throws: ``RequestError``, when the body is not an object or names its model in another way than by a string.
    public func mapModel(of document: Document, for path: String) throws(RequestError) -> TranslatedRequest {
        let request = try ClientRequest(document.root, settings: settings)
        var body = document.bytes
        if let model = request.body.given("model") {
            var name = Writer()
            name.string(request.context.modelSent)
            body.replaceSubrange(model.text.indices, with: name.bytes)
        }
        var context = request.context
        // Whoever speaks upstream's own language gets upstream's own answers, refusals too.
        context.unsupportedParameters = .forward
        return TranslatedRequest(path: path, body: body, context: context, notices: [])
    }

    private func translate(
        _ document: Document, from front: Front, recalling recall: @escaping ReasoningRecall = { _ in nil }
    ) throws(RequestError) -> TranslatedRequest {
        let request = try ClientRequest(document.root, settings: settings)
        guard settings.target == .responses else {
            return try ChatPayload.translate(request, from: front, settings: settings)
        }
        var payload = ResponsesPayload(request, from: front, settings: settings, recalling: recall)
        return try payload.translate()
    }
}

/// The contract that a request came by.
enum Front {
    /// The original's: messages or a prompt, roles optional, transcripts.
    case proxy
    /// OpenAI's Chat Completions.
    case chat
    /// OpenAI's legacy Completions, with one of the request's prompts.
    case completion(Value)

    var isProxy: Bool { if case .proxy = self { true } else { false } }
}
