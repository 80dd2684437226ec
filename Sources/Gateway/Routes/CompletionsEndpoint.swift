internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// `POST /v1/completions`, the legacy API: each prompt becomes a request of its own upstream, and a choice of the reply.
/// Where upstream is one of the older servers (`TARGET_API` other than `responses`), it has that API itself.
enum CompletionsEndpoint {
    static func respond(to exchange: Exchange) async throws -> Reply {
        let requests = try exchange.translator().translateCompletionRequest(exchange.takeDocument())
        if requests[0].path != Target.responses.path { return try await PassedReply.to(requests[0], exchange) }
        return try await TranslatedReply.to(requests.flatMap(\.choices), exchange)
    }
}
