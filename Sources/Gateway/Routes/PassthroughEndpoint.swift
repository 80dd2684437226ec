internal import Access
internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// The routes of `PASSTHROUGH`: any method, any type of body, the same path upstream, nothing changed in either direction,
/// except that a retired model is replaced.
enum PassthroughEndpoint {
    /// Records the model of a JSON body.
    ///
    /// - Returns: the request with the replacement model; nil if the body does not name a retired model.
    private static func replacingModel(in body: [UInt8], _ context: RequestContext) throws -> TranslatedRequest? {
        guard !body.isEmpty, context.request.contentType?.lowercased().hasPrefix("application/json") == true,
            let document = try? Document(parsing: body, maximumCount: maximumJSONCount)
        else { return nil }
        context.record.modelAsked = try document.root.modelName()
        context.record.modelSent = context.record.modelAsked
        guard let replaced = try context.translator().replacingModel(of: document) else { return nil }
        context.record.note([replaced])
        return replaced
    }

    /// - Parameter path: the path below `/v1`, with its leading slash.
    static func respond(to context: RequestContext, path: String) async throws {
        if StoredIDs.covers(path: path), let ids = context.storedIDs {
            return try await StoredObjectsEndpoint.respond(to: context, path: path, ids)
        }
        switch try await session(context, path) {
        case .events(let session): try await session.run()
        case .bytes(let session): try await session.run()
        }
    }

    private enum Session {
        case events(ResponseSession<PassedStream>)
        case bytes(ResponseSession<PassedBytes>)
    }

    private static func session(_ context: RequestContext, _ path: String) async throws -> Session {
        let request = context.request
        let body = context.takeBody()
        if let caller = context.record.caller, caller.models != nil {
            try PermittedModels.check(request, body, for: caller)
        }
        let replaced = try replacingModel(in: body, context)
        let query = APIPath(request.path).query(request.query).map { "?" + PercentEncoding.query($0) } ?? ""
        let response = try await context.send {
            $0.passed(
                request.method, PercentEncoding.path(path) + query, contentType: request.contentType,
                accept: request.header("accept"), idempotencyKey: $1, body: replaced?.body ?? body)
        }
        var headers = response.passedHeaders(context.redaction) + (replaced?.context.headers ?? [])
        if response.isEventStream {
            let stream = PassedStream(waitsForMeaning: true, redaction: context.redaction)
            return .events(ResponseSession(.eventStream(headers: headers), response.body, through: stream, context))
        }
        // Headers that do not fit are dropped: the body is still useful without its type or file name.
        var room = HeaderRoom()
        for name in ["Content-Length", "Content-Type", "Content-Disposition"] {
            guard let value = response.header(name), room.take((name, value), longestValue: 512) else { continue }
            headers.append((name, value))
        }
        let head = ResponseHead(status: response.status, headers: headers)
        return .bytes(ResponseSession(head, response.body, through: PassedBytes(isJSON: response.isJSON), context))
    }
}
