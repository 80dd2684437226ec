internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// `POST /v1/completions`, the legacy API: each prompt becomes a request of its own upstream, and a choice of the reply.
/// Where upstream is one of the older servers (`TARGET_API` other than `responses`), it has that API itself.
enum CompletionsEndpoint {
    static func respond(to exchange: Exchange) async throws -> Reply {
        let settings = try exchange.settings()
        guard settings.target == .responses else {
            return try await ModelMappedEndpoint.respond(to: exchange, path: "/completions")
        }
        let requests = try RequestTranslator(settings: settings).translateCompletionRequest(exchange.takeDocument())
        return try await TranslatedReply.to(requests.flatMap(\.choices), exchange)
    }
}
