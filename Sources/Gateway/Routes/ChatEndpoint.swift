internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// `POST /v1/chat/completions`: Chat Completions in, Chat Completions out, whatever upstream speaks.
enum ChatEndpoint {
    static func respond(to exchange: Exchange) async throws -> Reply {
        let settings = try exchange.settings()
        let (reasoning, caller) = (exchange.memory.reasoning, exchange.caller)
        let request = try RequestTranslator(settings: settings)
            .translateChatRequest(exchange.document()) { reasoning?.find(callID: $0, for: caller) }
        guard settings.target == .responses else { return try await PassedReply.to(request, exchange) }
        return try await TranslatedReply.to(request.choices, exchange)
    }
}
