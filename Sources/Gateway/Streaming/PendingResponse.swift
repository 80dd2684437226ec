internal import CGI
internal import Translation
internal import Upstream

/// How upstream has answered.
enum UpstreamAnswer: Sendable {
    /// With one stream for each of the requests.
    ///
    /// - Parameter contexts: those of the requests that were answered, which may have been corrected.
    case streams(ResponseHead, [ResponseBody], contexts: [ReplyContext])
    /// With a whole body, of which the response has been made.
    case whole(ResponseHead, body: [UInt8])
}

/// A response for which upstream is still to be asked, perhaps repeatedly.
///
/// Holds what the client's request takes in memory. A stream lets go of it once it has begun: requests may be long, and a stream
/// lives for minutes.
protocol PendingResponse: Sendable {
    /// Asks upstream.
    func answer(_ context: RequestContext) async throws -> UpstreamAnswer
}

/// A response to translated requests.
struct TranslatedResponse<Form: ResponseForm>: PendingResponse {
    let requests: [TranslatedRequest]
    let form: Form
    /// The memory of the client's request.
    let memory: MemoryBudget.Reservation?

    /// Whether the client gets a stream is decided here: if one was asked for and upstream sends one.
    func answer(_ context: RequestContext) async throws -> UpstreamAnswer {
        let responses: [UpstreamResponse]
        do {
            responses = try await context.send(requests)
        } catch {
            throw form.error(error)
        }
        if form.followsUpstream || requests[0].context.streams, await areStreams(responses) {
            return .streams(
                .eventStream(headers: responses[0].headers), responses.map(\.response.body),
                contexts: responses.map(\.request.context))
        }
        let (head, body) = try await form.whole(responses, context)
        return .whole(head, body: body)
    }

    private func areStreams(_ responses: [UpstreamResponse]) async -> Bool {
        for response in responses where await !response.isEventStream() { return false }
        return true
    }
}
