internal import CGI
internal import Translation
internal import Upstream

/// What upstream has responded with.
enum UpstreamAnswer: Sendable {
    /// One body for each request. The client gets each as a stream.
    case streams(ResponseHead, [StreamedBody])
    /// A whole response, already translated for the client.
    case whole(ResponseHead, body: [UInt8])
}

/// One of upstream's bodies that becomes a stream.
struct StreamedBody: Sendable {
    let body: ResponseBody
    /// The context of the request that succeeded, which may have been corrected; nil if there was no translation.
    var context: ReplyContext?
    /// Whether it is a whole response and not a stream.
    var isWhole = false
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

    /// Decides whether the client gets a stream: if it requested one, whatever upstream sends; or, if the form follows
    /// upstream, if upstream sends one.
    func answer(_ context: RequestContext) async throws -> UpstreamAnswer {
        let responses: [UpstreamResponse]
        do {
            responses = try await context.send(requests)
        } catch {
            throw form.error(error)
        }
        guard await becomeStreams(responses) else {
            let (head, body) = try await form.whole(responses, context)
            return .whole(head, body: body)
        }
        var bodies: [StreamedBody] = []
        for response in responses {
            let isWhole = await !response.isEventStream()
            bodies.append(
                StreamedBody(body: response.response.body, context: response.request.context, isWhole: isWhole))
        }
        return .streams(.eventStream(headers: responses[0].headers), bodies)
    }

    private func becomeStreams(_ responses: [UpstreamResponse]) async -> Bool {
        form.followsUpstream ? await responses[0].isEventStream() : requests[0].context.streams
    }
}
