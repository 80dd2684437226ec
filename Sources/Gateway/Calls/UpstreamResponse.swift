internal import EventStream
internal import Translation
internal import Upstream

/// A successful upstream response, with the request in the form that succeeded.
struct UpstreamResponse: Sendable {
    let request: TranslatedRequest
    let response: Response
    /// Removes the operator's keys and ids from upstream's headers.
    let redaction: Redaction

    /// The headers for the client: upstream's, and those about the request's translation.
    var headers: [(name: String, value: String)] { response.passedHeaders(redaction) + request.headers }

    /// Whether it is an event stream: by its content type or by its first bytes. Some servers send their streams as plain
    /// text, as JSON, or without a content type.
    func isEventStream() async -> Bool {
        if response.isEventStream { return true }
        guard request.context.streams || !response.isJSON else { return false }
        return EventParser.recognises(beginning: await response.body.peek(6))
    }
}
