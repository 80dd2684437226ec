internal import EventStream
internal import Translation
internal import Upstream

/// A success of upstream's, with the request as it was answered.
struct UpstreamResponse: Sendable {
    let request: TranslatedRequest
    let response: Response

    /// The headers for the client: upstream's, and what the request's translation left out.
    var headers: [(name: String, value: String)] { response.passedHeaders + request.headers }

    /// Whether it is a stream of events: by its content type or, where the client wants a stream, by its first bytes. Some servers
    /// call their streams plain text, or send no type.
    func isEventStream() async -> Bool {
        if response.isEventStream { return true }
        guard request.context.streams else { return false }
        return EventParser.recognises(beginning: await response.body.peek(6))
    }
}
