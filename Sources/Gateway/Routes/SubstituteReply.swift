internal import CGI

/// What the proxy answers itself, in place of upstream, because a header asks for it. Upstream never sees that header, and a
/// request without it pays for no more than a look.
enum SubstituteReply {
    /// Nil when nobody asks for one.
    ///
    /// By itself: its variables would take room in the task's frame, which lives as long as a stream.
    @inline(never)
    static func to(_ exchange: Exchange, on route: Route) throws -> Reply? {
        if let word = exchange.request.header("x-gpt-proxy-explain") {
            return try ExplanationReply.to(exchange, on: route, word: word)
        }
        if let word = exchange.request.header("x-gpt-proxy-check") {
            return try CheckReply.to(exchange, word: word)
        }
        return nil
    }
}
