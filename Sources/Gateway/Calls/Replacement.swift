internal import Models
internal import NIOCore
internal import Translation
internal import Upstream

/// The replacement models that are tried for one request when upstream does not have its model.
struct Replacement {
    /// The requested models that upstream does not have.
    private var missing: Set<String> = []
    /// The observations made for this request, with the observations that they replaced.
    private var noted: [(observation: ModelObservation, earlier: ModelObservation?)] = []
    /// The error response for the first model, which is the one that is useful to the client.
    private var firstRefusal: UpstreamErrorResponse?

    /// The same request for another model, if upstream does not have the one that was sent. The observation is remembered
    /// only if the first base made it. With any other base it is valid for this request only: the other bases may have the
    /// model.
    ///
    /// - Parameter askedFirstBase: whether the response is from the first base.
    /// - Returns: nil when there is no other model, or when only the other API serves that model, whose response needs
    ///   another translation: then the caller's next request goes there.
    /// - Throws: when the other model rejects a parameter of the request, and the operator has configured such cases as
    ///   errors.
    mutating func next(
        after refusal: UpstreamErrorResponse, to request: TranslatedRequest, askedFirstBase: Bool, _ caches: Caches,
        now: NIODeadline
    ) throws(RequestError) -> TranslatedRequest? {
        guard refusal.saysModelIsMissing, let alternative = request.alternative else { return nil }
        firstRefusal = firstRefusal ?? refusal
        missing.insert(request.context.modelSent)
        if askedFirstBase {
            let earlier = caches.observations.note(alternative.observation, now: now)
            noted.append((alternative.observation, earlier))
        }
        let other = try alternative()
        guard other.path == request.path, !missing.contains(other.context.modelSent) else { return nil }
        return other
    }

    /// Reverts this request's observations: upstream does not have the other models either. Also restores the first error
    /// response.
    mutating func revert(_ refusal: inout UpstreamErrorResponse, _ caches: Caches, now: NIODeadline) {
        for (observation, earlier) in noted.reversed() {
            caches.observations.revert(observation, to: earlier, now: now)
        }
        refusal = firstRefusal ?? refusal
    }
}
