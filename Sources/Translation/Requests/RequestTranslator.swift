public import JSON
public import Models

/// Translates clients' requests into upstream requests. Does no I/O. The same request gives the same bytes in every
/// process, because a changed prefix misses upstream's prompt cache.
///
/// A class, because every request that could be sent for another model keeps its translator.
public final class RequestTranslator: Sendable {
    /// The operator's settings, possibly overridden for a location of the web server or for a caller's key.
    public let settings: TranslationSettings
    private let availability: ModelAvailability?

    /// Creates a translator, which keeps no state between requests.
    ///
    /// - Parameters:
    ///   - settings: the settings of the translation.
    ///   - availability: which models are retired at the moment; nil replaces none.
    public init(settings: TranslationSettings, availability: ModelAvailability? = nil) {
        self.settings = settings
        self.availability = availability
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
    ///   - recall: looks up the reasoning that led to a call in an earlier turn.
    /// - Throws: ``RequestError``, which names the field that cannot be translated.
    public func translateChatRequest(
        _ document: Document, recalling recall: @escaping ReasoningRecall = { _ in nil }
    ) throws(RequestError) -> TranslatedRequest {
        try translate(document, from: .chat, recalling: recall)
    }

    /// Translates a body of `POST /v1/completions`: one request per prompt, in their order. If `TARGET_API` is not
    /// `responses`, upstream serves this API itself, and only the model is mapped.
    ///
    /// - Throws: ``RequestError``, which names the field that cannot be translated.
    public func translateCompletionRequest(_ document: Document) throws(RequestError) -> [TranslatedRequest] {
        let request = try clientRequest(document)
        guard request.target == .responses else {
            guard settings.target != .responses else { throw .onlyInChat(request.choice.sent.name) }
            return [try mapModel(of: document, for: "/completions")]
        }
        let completion = try CompletionRequest(request, settings)
        var translated: [TranslatedRequest] = []
        for index in completion.prompts.indices { translated.append(try translate(completion, promptIndex: index)) }
        try CompletionRequest.checkCount(translated.reduce(0) { $0 + $1.choiceCount }, settings)
        return translated.enumerated().map { index, request in
            request.with(
                alternative(to: completion.request.choice) { translator throws(RequestError) in
                    try translator.translate(
                        CompletionRequest(translator.clientRequest(document), translator.settings), promptIndex: index)
                })
        }
    }

    private func translate(
        _ completion: CompletionRequest, promptIndex: Int
    ) throws(RequestError) -> TranslatedRequest {
        let prompt = completion.prompts[promptIndex]
        var payload = try ResponsesPayload(completion.request, from: .completion(prompt), settings: settings)
        payload.context = try completion.context(for: prompt)
        payload.context.promptIndex = promptIndex
        return try payload.translate()
    }

    /// Maps the model's name in a body that is already in upstream's format, and leaves all other bytes unchanged. If the
    /// model that is sent is not the client's, parameters that it rejects are removed from bodies of the Responses API.
    ///
    /// - Parameters:
    ///   - document: the body.
    ///   - path: the upstream path, such as `/responses`.
    /// - Throws: ``RequestError`` if the body is not an object, has a duplicate field or a field of the wrong type, or has
    ///   a parameter that the operator's policy rejects.
    public func mapModel(of document: Document, for path: String) throws(RequestError) -> TranslatedRequest {
        var mapped = try MappedBody(clientRequest(document), path: path)
        let translated = try mapped.translate(document)
        guard translated.context.modelAsked != nil else { return translated }
        return translated.with(
            alternative(to: mapped.request.choice) { translator throws(RequestError) in
                try translator.mapModel(of: document, for: path)
            })
    }

    /// Replaces a retired model in a body of an API whose models are not mapped. Nil if there is nothing to replace.
    public func replacingModel(of document: Document) -> TranslatedRequest? {
        var unmapped = settings
        unmapped.modelMap = .empty
        guard document.root.kind == .object, document.root.given("model")?.string != nil,
            let request = try? ClientRequest(document.root, settings: unmapped, availability: availability),
            request.choice.retired != nil, var body = try? MappedBody(request, path: nil)
        else { return nil }
        return try? body.translate(document)
    }

    private func translate(
        _ document: Document, from front: SourceAPI, recalling recall: @escaping ReasoningRecall = { _ in nil }
    ) throws(RequestError) -> TranslatedRequest {
        let request = try clientRequest(document)
        let translated: TranslatedRequest
        if request.target == .responses {
            var payload = try ResponsesPayload(request, from: front, settings: settings, recalling: recall)
            translated = try payload.translate()
        } else {
            var payload = try ChatPayload(request, settings: settings)
            translated = try payload.translate(from: front)
        }
        return translated.with(
            alternative(to: request.choice) { translator throws(RequestError) in
                try translator.translate(document, from: front, recalling: recall)
            })
    }

    /// The model to send for the name that a client asks for; nil stands for a client that names none.
    public func choice(for asked: String?) -> ModelChoice {
        settings.choice(for: asked, availability)
    }

    private func clientRequest(_ document: Document) throws(RequestError) -> ClientRequest {
        try ClientRequest(document.root, settings: settings, availability: availability)
    }

    /// The request to send if upstream does not have the model.
    ///
    /// - Parameter translate: translates the client's request again. The closure keeps that request in memory, so it is created
    ///   only when there is another model to send.
    private func alternative(
        to choice: ModelChoice,
        _ translate: @escaping @Sendable (RequestTranslator) throws(RequestError) -> TranslatedRequest
    ) -> TranslatedRequest.Alternative? {
        guard availability != nil, let observation = choice.observationIfMissing else { return nil }
        return TranslatedRequest.Alternative(observation: observation) { [self] () throws(RequestError) in
            try translate(RequestTranslator(settings: settings, availability: availability?.adding(observation)))
        }
    }
}
