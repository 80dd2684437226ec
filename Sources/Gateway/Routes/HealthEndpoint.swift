internal import CGI
internal import JSON
internal import NIOCore
internal import Upstream

/// `GET /healthz`: whether this process responds; with `?upstream=1`, whether upstream does too.
enum HealthEndpoint {
    /// Whether the check includes upstream. This requires a caller's key, because it costs a request with the operator's
    /// key.
    static func asksUpstream(_ request: CGI.Request) -> Bool {
        request.query?.split(separator: "&").contains("upstream=1") ?? false
    }

    static func respond(to context: RequestContext) async throws {
        guard asksUpstream(context.request) else { return await respond(to: context, 200, upstreamStatus: nil) }
        let status = try await context.shared.probe.status(on: context.eventLoop) {
            do {
                let response = try await context.send { requests, _ in requests.get("/models") }
                response.body.cancel()
                return response.status
            } catch let refusal as UpstreamErrorResponse {
                return refusal.status
            }
        }
        await respond(to: context, (200..<300).contains(status) ? 200 : 502, upstreamStatus: status)
    }

    private static func respond(to context: RequestContext, _ status: Int, upstreamStatus: Int?) async {
        var body = Writer()
        body.object {
            $0.member("status", status == 200 ? "ok" : "upstream refuses")
            if let upstreamStatus { $0.member("upstream_status", upstreamStatus) }
        }
        await context.respond(.json(status), body: body.bytes)
    }
}
