public import JSON

/// The routes whose requests are translated, by path.
public enum TranslatedRoute: String, Sendable, CaseIterable {
    /// The original proxy's API: Chat Completions fields or a prompt in the request, and upstream's own response.
    case proxy = "/proxy"
    /// Chat Completions, for requests and responses.
    case chatCompletions = "/v1/chat/completions"
    /// The legacy Completions API, for requests and responses.
    case completions = "/v1/completions"
    /// The Responses API itself: the model is mapped, and parameters are changed only if the model that is sent requires
    /// it.
    case responses = "/v1/responses"
    /// The Responses API's compaction of a conversation, mapped like `responses`.
    case compact = "/v1/responses/compact"
    /// The Responses API's count of a request's input tokens, mapped like `responses`.
    case inputTokens = "/v1/responses/input_tokens"
}

extension RequestTranslator {
    /// Translates a request to a route: into one upstream request, or for the legacy API into one per prompt.
    ///
    /// - Parameters:
    ///   - document: the body.
    ///   - route: the route, which determines the format of the body.
    ///   - recall: looks up the reasoning that led to a call in an earlier turn.
    /// - Throws: ``RequestError``, which names the field that cannot be translated.
    public func translate(
        _ document: Document, for route: TranslatedRoute, recalling recall: @escaping ReasoningRecall = { _ in nil }
    ) throws(RequestError) -> [TranslatedRequest] {
        switch route {
        case .proxy: [try translateProxyRequest(document)]
        case .chatCompletions: [try translateChatRequest(document, recalling: recall)]
        case .completions: try translateCompletionRequest(document)
        case .responses, .compact, .inputTokens:
            [try mapModel(of: document, for: String(route.rawValue.dropFirst("/v1".count)))]
        }
    }
}
