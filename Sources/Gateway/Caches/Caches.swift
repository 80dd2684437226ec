/// The data that the process keeps between requests. Requests do not depend on it: another process, or this one after a
/// restart, works without it.
final class Caches: Sendable {
    let refusedParameters = RefusedParameters()
    let observations = ModelObservations()
    /// Nil if reasoning is not cached.
    let reasoning: ReasoningCache?

    /// - Parameter reasoningCapacity: the size of the reasoning cache in bytes; 0 for none.
    init(reasoningCapacity: Int) {
        reasoning = reasoningCapacity > 0 ? ReasoningCache(capacity: reasoningCapacity) : nil
    }
}
