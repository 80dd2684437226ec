internal import CGI
internal import Translation
internal import Upstream

/// What upstream has responded with.
enum UpstreamAnswer: Sendable {
    /// One stream for each request.
    ///
    /// - Parameter contexts: the contexts of the requests that succeeded, which may have been corrected.
    case streams(ResponseHead, [ResponseBody], contexts: [ReplyContext])
    /// A whole response, already translated for the client.
    case whole(ResponseHead, body: [UInt8])
}

/// A response whose upstream request has not succeeded yet, and may be sent several times.
///
/// Holds the client's request in memory. A stream releases it once it has begun: requests can be large, and a stream lives
/// for minutes.
protocol PendingResponse: Sendable {
    /// The head of a stream that begins before upstream has responded.
    var earlyHead: ResponseHead { get }

    /// Sends the request upstream.
    func answer(_ context: RequestContext) async throws -> UpstreamAnswer
}

/// The response to translated requests.
struct TranslatedResponse<Form: ResponseForm>: PendingResponse {
    let requests: [TranslatedRequest]
    let form: Form
    /// The memory reservation of the client's request.
    let memory: MemoryBudget.Reservation?

    var earlyHead: ResponseHead { .eventStream(headers: requests[0].headers) }

    /// Decides whether the client gets a stream: if it requested one and upstream sends one.
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
