internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// The routes of `PASSTHROUGH`: any method, any type of body, the same path upstream, nothing changed on either way; but a
/// model that has been shut down gives way to its replacement.
enum PassthroughEndpoint {
    /// The request with the model's replacement in it; nil where its body is not JSON, or names no model that is gone.
    private static func replacingModel(in body: [UInt8], _ exchange: Exchange) throws -> TranslatedRequest? {
        guard !body.isEmpty, exchange.request.contentType?.lowercased().hasPrefix("application/json") == true,
            let document = try? Document(parsing: body, maximumCount: maximumJSONCount),
            let replaced = try exchange.translator().replacingModel(of: document)
        else { return nil }
        exchange.record.note([replaced])
        return replaced
    }

    /// A caller with a list of models must name one of them in what it sends, in JSON.
    private static func permit(_ body: [UInt8], _ exchange: Exchange) throws {
        guard let caller = exchange.record.caller, caller.models != nil, !body.isEmpty else { return }
        // Of a member that is there twice, upstream may take the other one.
        guard let root = try? Document(parsing: body, maximumCount: maximumJSONCount).root, root.duplicateMember == nil,
            let model = root["model"]?.string
        else { throw Failure.modelNotNamed }
        guard caller.mayUse(model) else { throw Failure.modelNotAllowed(model) }
    }

    /// - Parameter path: the path below `/v1`, with a slash before it.
    static func respond(to exchange: Exchange, path: String) async throws -> Reply {
        let request = exchange.request
        let body = exchange.takeBody()
        try permit(body, exchange)
        let replaced = try replacingModel(in: body, exchange)
        let query = request.query.map { "?" + PercentEncoding.query($0) } ?? ""
        let response = try await exchange.send {
            $0.passed(
                request.method, PercentEncoding.path(path) + query, contentType: request.contentType,
                accept: request.header("accept"), idempotencyKey: $1, body: replaced?.body ?? body)
        }
        var headers = response.passedHeaders + (replaced?.context.headers ?? [])
        if response.isEventStream {
            let stream = PassedStream(waitsForMeaning: true, redaction: exchange.redaction)
            return .events(Opening(.eventStream(headers: headers), response.body, through: stream))
        }
        // Without its type or its file's name a body is still what was asked for.
        var room = HeaderRoom()
        for name in ["Content-Length", "Content-Type", "Content-Disposition"] {
            guard let value = response.header(name), room.take((name, value), longestValue: 512) else { continue }
            headers.append((name, value))
        }
        return .bytes(
            Opening(ResponseHead(status: response.status, headers: headers), response.body, through: PassedBytes()))
    }
}
