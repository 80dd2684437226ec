internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// Routes whose API upstream speaks itself, such as `POST /v1/responses`: the model's name is mapped, and everything else
/// goes through untouched.
enum ModelMappedEndpoint {
    /// - Parameter path: the route upstream.
    static func respond(to exchange: Exchange, path: String) async throws -> Reply {
        try await PassedReply.to(exchange.translator().mapModel(of: exchange.takeDocument(), for: path), exchange)
    }
}
