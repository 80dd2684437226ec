public import JSON

/// A route whose requests are translated, by its path.
public enum TranslatedRoute: String, Sendable, CaseIterable {
    /// The original contract: Chat Completions' fields or a prompt, and upstream's own reply.
    case proxy = "/proxy"
    /// Chat Completions, both ways.
    case chatCompletions = "/v1/chat/completions"
    /// The legacy API of prompts and texts, both ways.
    case completions = "/v1/completions"
    /// The Responses API itself, in which only the model's name is mapped.
    case responses = "/v1/responses"
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
        // The older servers have that API themselves.
        case .completions where settings.target != .responses: [try mapModel(of: document, for: "/completions")]
        case .completions: try translateCompletionRequest(document)
        case .responses: [try mapModel(of: document, for: "/responses")]
        }
    }
}
