internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// `/proxy`, the original contract: upstream's response unchanged, or wrapped if it is not JSON; upstream's errors are
/// wrapped in the proxy's own.
struct ProxyForm: ResponseForm {
    var followsUpstream: Bool { true }

    func transforms(for requests: [TranslatedRequest], _ context: RequestContext) -> [PassedStream] {
        requests.map { _ in PassedStream(waitsForMeaning: false, redaction: context.redaction) }
    }

    func whole(
        _ responses: [UpstreamResponse], _ context: RequestContext
    ) async throws -> (head: ResponseHead, body: [UInt8]) {
        let response = responses[0]
        // A status that allows no body (204, 205) becomes 200: clients of this route always get JSON.
        let status = response.response.status
        let head = ResponseHead.json(status == 204 || status == 205 ? 200 : status, headers: response.headers)
        let body = try await context.collect(response.response)
        guard let document = try? Document(parsing: body, maximumDepth: upstreamJSONDepth) else {
            var wrapped = Writer(reservingCapacity: body.count + 32)
            wrapped.json(orRawText: body)
            return (head, wrapped.bytes)
        }
        context.record.usage = Usage(of: document.root)
        return (head, document.root.given("error") == nil ? body : try context.redacted(body))
    }

    func error(_ error: any Error) -> any Error {
        guard let refusal = error as? UpstreamErrorResponse else { return error }
        return HTTPError(
            status: 502, reason: "upstream_status", message: "Upstream answered \(refusal.status).",
            headers: refusal.headers, upstream: (refusal.status, refusal.body))
    }
}
