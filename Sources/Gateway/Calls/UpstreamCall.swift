internal import EventStream
internal import Translation
internal import Upstream

/// Asks upstream, and once more where what it refuses can be taken away or replaced: a parameter that it does not know,
/// reasoning that it cannot unseal, a model that it does not have. What it was seen to refuse is left out from then on.
struct UpstreamCall: Sendable {
    /// How often one request is corrected at most; each correction takes away something else.
    private static let maximumCorrections = 4

    let tries: Tries
    let memory: Memory
    /// Whose reasoning is kept.
    let caller: String

    /// An answer that is a success.
    struct Answer: Sendable {
        /// The request as it was answered.
        let request: TranslatedRequest
        let response: Response

        /// Whether it is a stream of events: as upstream calls it or, where the client wants one, as it begins. Some
        /// servers call their streams plain text, or nothing at all.
        func isEventStream() async -> Bool {
            if response.isEventStream { return true }
            guard request.context.streams else { return false }
            return EventParser.recognises(beginning: await response.body.peek(6))
        }
    }

    /// - Throws: ``Refusal`` when upstream answers with an error, `UpstreamError` when it does not answer.
    func send(_ request: TranslatedRequest) async throws -> Answer {
        var request = request.without(memory.refusedParameters.of(request.context.modelSent))
        var corrections = 0
        var replacement = Replacement()
        while true {
            do {
                let response = try await tries.send { $0.post(request, idempotencyKey: $1) }
                return Answer(request: request, response: response)
            } catch var refusal as Refusal {
                if let replaced = try replacement.next(after: refusal, to: request, tries, memory) {
                    request = replaced
                } else if corrections < Self.maximumCorrections, let corrected = correct(request, after: refusal) {
                    corrections += 1
                    request = corrected
                } else {
                    if refusal.saysModelIsMissing { replacement.revert(&refusal, memory) }
                    refusal.headers += request.headers
                    refusal.notices = request.notices
                    throw refusal
                }
                tries.startOver()
            }
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
