internal import NIOCore
internal import Translation
internal import Upstream

/// Asks upstream, and once more where what it refuses can be taken away: a parameter that it does not know, reasoning that
/// it cannot unseal. What it was seen to refuse is left out from then on.
struct UpstreamCall: Sendable {
    /// How often one request is corrected at most; each correction takes away something else.
    private static let maximumCorrections = 4

    let client: Client
    let eventLoop: any EventLoop
    let requests: UpstreamRequests
    let memory: Memory
    /// Whose reasoning is kept.
    let caller: String

    /// An answer that is a success.
    struct Answer: Sendable {
        /// The request as it was answered.
        let request: TranslatedRequest
        let response: Response
        /// How many requests it took.
        let attempts: Int
    }

    /// - Throws: ``Refusal`` when upstream answers with an error, `UpstreamError` when it does not answer.
    func send(_ request: TranslatedRequest) async throws -> Answer {
        var request = request.without(memory.refusedParameters.of(request.context.modelSent))
        var corrections = 0
        while true {
            let response = try await client.send(requests.post(request), on: eventLoop)
            if response.isSuccess {
                return Answer(request: request, response: response, attempts: 1 + corrections)
            }
            var refusal = try await response.refusal()
            guard corrections < Self.maximumCorrections, let corrected = correct(request, after: refusal) else {
                refusal.headers += request.headers
                refusal.notices = request.notices
                throw refusal
            }
            corrections += 1
            request = corrected
        }
    }

    /// The request without what upstream refuses, which is remembered; nil when it cannot be helped.
    private func correct(_ request: TranslatedRequest, after refusal: Refusal) -> TranslatedRequest? {
        guard refusal.status == 400, let error = refusal.error else { return nil }
        if request.hasReasoning(refusedBy: error) {
            memory.reasoning?.forget(callIDs: request.recalledCallIDs, for: caller)
            return request.withoutReasoning
        }
        guard let (corrected, learned) = request.corrected(by: error) else { return nil }
        memory.refusedParameters.add(learned, for: request.context.modelSent)
        return corrected
    }
}
