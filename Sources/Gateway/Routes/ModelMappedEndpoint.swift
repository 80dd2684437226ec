internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// Routes whose API upstream speaks itself, such as `POST /v1/responses`: the model's name is mapped, and everything else
/// goes through untouched.
enum ModelMappedEndpoint {
    /// - Parameter path: the route upstream.
    static func respond(to exchange: Exchange, path: String) async throws -> Reply {
        let translator = RequestTranslator(settings: try exchange.settings())
        let response = try await exchange.send(translator.mapModel(of: exchange.document(), for: path))
        let headers = response.passedHeaders
        guard response.isSuccess else { throw try await response.failure(headers: headers) }
        if response.isEventStream {
            return .events(.eventStream(headers: headers), response.body, waitingForMeaning: true)
        }
        let body = try await response.body.collect(upTo: maximumReply)
        if let document = try? Document(parsing: body, maximumDepth: upstreamJSONDepth) {
            exchange.record.usage = Usage(document.root["usage"])
        }
        return .whole(.json(response.status, headers: headers), body: body)
    }
}
