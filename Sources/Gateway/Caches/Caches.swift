/// What the process remembers from one request to the next. Nothing depends on it: another process, or this one after a
/// restart, does the same without.
final class Caches: Sendable {
    let refusedParameters = RefusedParameters()
    let observations = ModelObservations()
    /// Nil where no reasoning is to be kept.
    let reasoning: ReasoningCache?

    /// - Parameter reasoningCapacity: in bytes; 0 keeps none.
    init(reasoningCapacity: Int) {
        reasoning = reasoningCapacity > 0 ? ReasoningCache(capacity: reasoningCapacity) : nil
    }
}
