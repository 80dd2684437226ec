public import JSON

/// Turns clients' requests into upstream's. Pure: bytes in, bytes out; the same request gives the same bytes in every
/// process, since a changed prefix is a miss in upstream's prompt cache.
public struct RequestTranslator: Sendable {
    public let settings: TranslationSettings

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
    /// - Throws: ``RequestError``, which names the field that cannot be translated.
    public func translateChatRequest(_ document: Document) throws(RequestError) -> TranslatedRequest {
        try translate(document, from: .chat)
    }

    private func translate(_ document: Document, from front: Front) throws(RequestError) -> TranslatedRequest {
        let request = try ClientRequest(document.root, settings: settings)
        guard settings.target == .responses else {
            return try ChatPayload.translate(request, from: front, settings: settings)
        }
        var payload = ResponsesPayload(request, from: front, settings: settings)
        let body = try payload.write()
        return TranslatedRequest(
            path: settings.target.path, body: body, context: request.context, notices: payload.notices.all)
    }
}

/// The contract that a request came by.
enum Front {
    /// The original's: messages or a prompt, roles optional, transcripts.
    case proxy
    /// OpenAI's Chat Completions.
    case chat
}
