internal import CGI
internal import JSON
internal import NIOCore
internal import Upstream

/// The routes of `PASSTHROUGH`: any method, any type of body, the same path upstream, nothing changed on either way.
enum PassthroughEndpoint {
    /// A caller with a list of models must name one of them in what it sends, in JSON.
    private static func permit(_ exchange: Exchange) throws {
        let body = try exchange.request.body.get()
        guard let caller = exchange.record.caller, caller.models != nil, !body.isEmpty else { return }
        let model = try? Document(parsing: body).root["model"]?.string
        guard let model else { throw Failure.modelNotNamed }
        guard caller.mayUse(model) else { throw Failure.modelNotAllowed(model) }
    }

    /// - Parameter path: the path below `/v1`, with a slash before it.
    static func respond(to exchange: Exchange, path: String) async throws -> Reply {
        let request = exchange.request
        try permit(exchange)
        let query = request.query.map { "?" + PercentEncoding.query($0) } ?? ""
        let body = try request.body.get()
        let response = try await exchange.send {
            $0.passed(
                request.method, PercentEncoding.path(path) + query, contentType: request.contentType,
                accept: request.header("accept"), idempotencyKey: $1, body: body)
        }
        var headers = response.passedHeaders
        if response.isEventStream {
            return .events(
                Opening(.eventStream(headers: headers), response.body, through: PassedStream(waitsForMeaning: true)))
        }
        for name in ["Content-Type", "Content-Length", "Content-Disposition"] {
            if let value = response.header(name) { headers.append((name, value)) }
        }
        return .bytes(
            Opening(ResponseHead(status: response.status, headers: headers), response.body, through: PassedBytes()))
    }
}
