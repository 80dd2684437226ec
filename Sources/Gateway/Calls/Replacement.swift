internal import Models
internal import Translation
internal import Upstream

/// The models that are tried in place of those that upstream does not have, for one request.
struct Replacement {
    /// The models that upstream was asked for and does not have.
    private var missing: Set<String> = []
    /// What was remembered on the way, with what it took the place of.
    private var noted: [(observation: ModelObservation, earlier: ModelObservation?)] = []
    /// The first model's refusal, which is the one that tells the client something.
    private var firstRefusal: UpstreamErrorResponse?

    /// The same request for another model, where upstream does not have the one that was sent. That is remembered, but of another
    /// base than the first only for this request: the others may have the model.
    ///
    /// - Parameter askedFirstBase: whether the first of the bases refused it.
    /// - Returns: nil when there is no other model, or when that one is served by the other API only, whose reply needs another
    ///   translation: then the next request goes there.
    /// - Throws: when the other model rejects the request, and the operator has that told.
    mutating func next(
        after refusal: UpstreamErrorResponse, to request: TranslatedRequest, askedFirstBase: Bool, _ caches: Caches
    ) throws(RequestError) -> TranslatedRequest? {
        guard refusal.saysModelIsMissing, let alternative = request.alternative else { return nil }
        firstRefusal = firstRefusal ?? refusal
        missing.insert(request.context.modelSent)
        if askedFirstBase {
            noted.append((alternative.observation, caches.observations.note(alternative.observation)))
        }
        let other = try alternative()
        guard other.path == request.path, !missing.contains(other.context.modelSent) else { return nil }
        return other.without(caches.refusedParameters.of(other.context.modelSent))
    }

    /// Forgets what was remembered: upstream does not have the other models either.
    mutating func revert(_ refusal: inout UpstreamErrorResponse, _ caches: Caches) {
        for (observation, earlier) in noted.reversed() { caches.observations.revert(observation, to: earlier) }
        refusal = firstRefusal ?? refusal
    }
}
