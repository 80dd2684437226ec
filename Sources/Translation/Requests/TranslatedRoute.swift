public import JSON

/// A route whose requests are translated, by its path.
public enum TranslatedRoute: String, Sendable, CaseIterable {
    /// The original contract: Chat Completions' fields or a prompt, and upstream's own reply.
    case proxy = "/proxy"
    /// Chat Completions, both ways.
    case chatCompletions = "/v1/chat/completions"
    /// The legacy API of prompts and texts, both ways.
    case completions = "/v1/completions"
    /// The Responses API itself: the model is mapped, and parameters are changed only where the model sent requires it.
    case responses = "/v1/responses"
    /// The Responses API's compaction of a conversation, mapped as `responses` is.
    case compact = "/v1/responses/compact"
    /// The Responses API's count of a request's input tokens, mapped as `responses` is.
    case inputTokens = "/v1/responses/input_tokens"
}

extension RequestTranslator {
    /// What a request to a route becomes: a request upstream, or for the legacy API one for each prompt.
    ///
    /// - Parameters:
    ///   - document: the body.
    ///   - route: whose contract it is read by.
    ///   - recall: finds the reasoning that led to a call in an earlier turn.
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
