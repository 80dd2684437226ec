internal import Translation

/// Reasoning that preceded tool calls, by caller and call id, for the client's next turn (`REASONING_CACHE`).
final class ReasoningCache: Sendable {
    private struct Key: Hashable {
        let caller: String
        let callID: String
    }

    /// The longest duration of a tool call. A conversation that continues later continues without the reasoning.
    private static let lifetime = Duration.seconds(4 * 3600)
    /// The approximate overhead of an entry in bytes; it also limits the number of entries.
    private static let overhead = 256

    private let entries: BoundedCache<Key, KeptReasoning>

    /// - Parameter capacity: the maximum size, in bytes.
    init(capacity: Int) {
        entries = BoundedCache(capacity: capacity, lifetime: Self.lifetime)
    }

    func store(_ reasoning: [KeptReasoning], for caller: String) {
        for kept in reasoning {
            let size = (kept.beforeText + kept.beforeCall).reduce(Self.overhead + kept.callID.utf8.count) {
                $0 + $1.count
            }
            entries.store(kept, size: size, for: Key(caller: caller, callID: kept.callID))
        }
    }

    func find(callID: String, for caller: String) -> KeptReasoning? {
        entries.find(Key(caller: caller, callID: callID))
    }

    func forget(callIDs: some Sequence<String>, for caller: String) {
        for callID in callIDs { entries.forget(Key(caller: caller, callID: callID)) }
    }
}
