internal import Access
internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// The routes of `PASSTHROUGH` below `/v1/responses` and `/v1/conversations`, if callers can be told apart: passed through with
/// the caller's own ids, which no other caller can use.
enum StoredObjectsEndpoint {
    /// - Parameter path: the path below `/v1`, with its leading slash.
    static func respond(to context: RequestContext, path: String, _ ids: StoredIDs) async throws {
        let response = try await context.send(request(context, path, ids))
        let headers = response.passedHeaders(context.redaction)
        if response.isEventStream {
            let stream = PassedStream(waitsForMeaning: true, redaction: context.redaction, ids: ids)
            return try await ResponseSession(
                .eventStream(headers: headers), response.body, through: stream, context
            ).run()
        }
        let body = try await context.collect(response)
        let document = try? Document(parsing: body, maximumDepth: upstreamJSONDepth)
        context.record.usage = Usage(of: document?.root)
        let type = response.header("content-type").map { [(name: "Content-Type", value: $0)] } ?? []
        await context.respond(
            ResponseHead(status: response.status, headers: headers + type),
            body: document.map { BoundIDs.apply(ids, to: $0) } ?? body)
    }

    /// The request with upstream's ids.
    private static func request(
        _ context: RequestContext, _ path: String, _ ids: StoredIDs
    ) throws -> (UpstreamRequests, _ idempotencyKey: String) -> Upstream.Request {
        let request = context.request
        var body = context.takeBody()
        if let caller = context.record.caller, caller.models != nil {
            try PermittedModels.check(request, body, for: caller)
        }
        if !body.isEmpty { body = try ids.unbound(Document(parsing: body, maximumCount: maximumJSONCount)).bytes }
        let query = request.query.map { "?" + PercentEncoding.query(ids.unbound(query: $0)) } ?? ""
        let path = PercentEncoding.path(try ids.unbound(path: path)) + query
        return { [body] requests, idempotencyKey in
            requests.passed(
                request.method, path, contentType: request.contentType, accept: request.header("accept"),
                idempotencyKey: idempotencyKey, body: body)
        }
    }
}
