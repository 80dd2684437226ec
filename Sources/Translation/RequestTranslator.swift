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
        let request = try ClientRequest(document.root, settings: settings)
        if settings.target == .responses {
            return try translate(request, inputFormat: settings.inputFormat)
        }
        return try ChatPayload.translate(request, settings: settings)
    }

    private func translate(
        _ request: ClientRequest, inputFormat: InputFormat
    ) throws(RequestError) -> TranslatedRequest {
        var payload = ResponsesPayload(request, settings: settings, inputFormat: inputFormat)
        let body = try payload.write()
        return TranslatedRequest(
            path: settings.target.path, body: body, context: request.context, notices: payload.notices.all)
    }
}
