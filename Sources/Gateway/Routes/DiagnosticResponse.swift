internal import CGI

/// A response of the proxy's own in place of upstream's, because a header asks for it. Upstream never sees that header, and a request
/// without it pays only for the look-up.
enum DiagnosticResponse {
    /// - Returns: whether the request has been answered.
    static func respond(to context: RequestContext, on route: Route) async throws -> Bool {
        if let word = context.request.header("x-gpt-proxy-explain") {
            try await ExplanationResponse.respond(to: context, on: route, word: word)
            return true
        }
        if let word = context.request.header("x-gpt-proxy-check") {
            try await CheckResponse.respond(to: context, word: word)
            return true
        }
        return false
    }
}
