internal import CGI
internal import JSON
internal import NIOCore
internal import Upstream

/// `GET /healthz`: whether this process answers; with `?upstream=1`, whether upstream does too.
enum HealthEndpoint {
    /// Asking upstream is for callers only: it costs a request with the operator's key.
    static func asksUpstream(_ request: CGI.Request) -> Bool {
        request.query?.split(separator: "&").contains("upstream=1") ?? false
    }

    static func respond(to exchange: Exchange) async throws -> Reply {
        guard Self.asksUpstream(exchange.request) else { return Self.reply(status: 200, upstreamStatus: nil) }
        do {
            let response = try await exchange.send { requests, _ in requests.get("/models") }
            response.body.cancel()
            return Self.reply(status: 200, upstreamStatus: response.status)
        } catch let refusal as Refusal {
            return Self.reply(status: 502, upstreamStatus: refusal.status)
        }
    }

    private static func reply(status: Int, upstreamStatus: Int?) -> Reply {
        var body = Writer()
        body.object {
            $0.member("status", status == 200 ? "ok" : "upstream refuses")
            if let upstreamStatus { $0.member("upstream_status", upstreamStatus) }
        }
        return .whole(.json(status), body: body.bytes)
    }
}
