internal import Translation

/// What models thought before they called tools, by caller and call, for the client's next turn (`REASONING_CACHE`).
final class ReasoningCache: Sendable {
    private struct Key: Hashable {
        let caller: String
        let callID: String
    }

    /// How long a tool may take. A conversation that goes on after that goes on without what was thought.
    private static let lifetime = Duration.seconds(4 * 3600)
    /// What an entry takes beside its bytes, roughly; it also bounds how many there are.
    private static let overhead = 256

    private let entries: BoundedCache<Key, KeptReasoning>

    /// - Parameter capacity: in bytes.
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
