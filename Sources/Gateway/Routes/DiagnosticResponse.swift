internal import CGI

/// The proxy's own response instead of upstream's, requested by a header. The header is not sent upstream, and requests
/// without it pay only for the look-up.
enum DiagnosticResponse {
    /// - Returns: whether a response was sent.
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
