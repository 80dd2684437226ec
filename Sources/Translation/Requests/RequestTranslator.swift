public import JSON
public import Models

/// Turns clients' requests into upstream's. Pure: bytes in, bytes out; the same request gives the same bytes in every
/// process, since a changed prefix is a miss in upstream's prompt cache.
public struct RequestTranslator: Sendable {
    /// What the operator decided, and perhaps a location or a caller's key for itself.
    public let settings: TranslationSettings
    private let availability: ModelAvailability?

    /// A translator that keeps nothing between requests.
    ///
    /// - Parameters:
    ///   - settings: see the property.
    ///   - availability: which models are gone at the moment; nil replaces none.
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
    ///   - recall: finds the reasoning that led to a call in an earlier turn.
    /// - Throws: ``RequestError``, which names the field that cannot be translated.
    public func translateChatRequest(
        _ document: Document, recalling recall: @escaping ReasoningRecall = { _ in nil }
    ) throws(RequestError) -> TranslatedRequest {
        try translate(document, from: .chat, recalling: recall)
    }

    /// Translates a body of `POST /v1/completions`: one request for each prompt, in their order. Where upstream is one of the
    /// older servers (`TARGET_API` other than `responses`), which have that API themselves, only the model is mapped.
    ///
    /// - Throws: ``RequestError``, which names the field that cannot be translated.
    public func translateCompletionRequest(_ document: Document) throws(RequestError) -> [TranslatedRequest] {
        let request = try clientRequest(document)
        guard request.target == .responses else {
            guard settings.target != .responses else { throw .onlyInChat(request.choice.sent.name) }
            return [try mapModel(of: document, for: "/completions")]
        }
        let completion = try CompletionRequest(request)
        var translated: [TranslatedRequest] = []
        for index in completion.prompts.indices { translated.append(try translate(completion, promptIndex: index)) }
        try CompletionRequest.checkCount(translated.reduce(0) { $0 + $1.choiceCount })
        for index in translated.indices {
            translated[index].alternative = alternative(to: completion.request.choice) {
                translator throws(RequestError) in
                try translator.translate(CompletionRequest(translator.clientRequest(document)), promptIndex: index)
            }
        }
        return translated
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

    /// Maps the model's name in a body that upstream understands as it is, and leaves every other byte alone; where another
    /// model is asked than the client named, also takes from a body of the Responses API what that model refuses.
    ///
    /// - Parameters:
    ///   - document: the body.
    ///   - path: the route that the body is for, such as `/responses`.
    /// - Throws: ``RequestError``, when the body is not an object or names its model in another way than by a string.
    public func mapModel(of document: Document, for path: String) throws(RequestError) -> TranslatedRequest {
        var mapped = try MappedBody(clientRequest(document), path: path)
        var translated = try mapped.translate(document)
        if translated.context.modelAsked != nil {
            translated.alternative = alternative(to: mapped.request.choice) { translator throws(RequestError) in
                try translator.mapModel(of: document, for: path)
            }
        }
        return translated
    }

    /// Replaces the model in a body of another API, whose models no map is for, if it has been shut down. Nil when there is
    /// nothing to replace.
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
        _ document: Document, from front: Front, recalling recall: @escaping ReasoningRecall = { _ in nil }
    ) throws(RequestError) -> TranslatedRequest {
        let request = try clientRequest(document)
        var translated: TranslatedRequest
        if request.target == .responses {
            var payload = try ResponsesPayload(request, from: front, settings: settings, recalling: recall)
            translated = try payload.translate()
        } else {
            var payload = try ChatPayload(request, settings: settings)
            translated = try payload.translate(from: front)
        }
        translated.alternative = alternative(to: request.choice) { translator throws(RequestError) in
            try translator.translate(document, from: front, recalling: recall)
        }
        return translated
    }

    /// The model that is sent for the one that a client names.
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
        guard let availability, let observation = choice.observationIfMissing else { return nil }
        let translator = RequestTranslator(settings: settings, availability: availability.adding(observation))
        return TranslatedRequest.Alternative(observation: observation) { () throws(RequestError) in
            try translate(translator)
        }
    }
}
