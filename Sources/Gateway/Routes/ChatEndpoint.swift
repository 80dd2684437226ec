internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// `POST /v1/chat/completions`: Chat Completions in, Chat Completions out, whatever upstream speaks.
enum ChatEndpoint {
    static func respond(to exchange: Exchange) async throws -> Reply {
        let settings = try exchange.settings()
        let request = try RequestTranslator(settings: settings).translateChatRequest(exchange.document())
        guard settings.target == .responses else { return try await PassedReply.to(request, exchange) }
        return try await TranslatedReply.to([request], exchange)
    }
}
