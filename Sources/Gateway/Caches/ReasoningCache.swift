internal import Access
internal import NIOCore
internal import Translation

/// Reasoning that preceded tool calls, by caller and call id, for the client's next turn (`REASONING_CACHE`).
final class ReasoningCache: Sendable {
    /// The longest duration of a tool call. A conversation that continues later continues without the reasoning.
    private static let lifetime = TimeAmount.hours(4)
    /// The approximate overhead of an entry in bytes; it also limits the number of entries.
    private static let overhead = 256

    private let entries: BoundedCache<Caller.Identity, String, KeptReasoning>

    /// - Parameter capacity: the maximum size, in bytes.
    init(capacity: Int) {
        entries = BoundedCache(capacity: capacity, lifetime: Self.lifetime)
    }

    func store(_ reasoning: [KeptReasoning], for caller: Caller.Identity, now: NIODeadline) {
        for kept in reasoning {
            let size = (kept.beforeText + kept.beforeCall).reduce(Self.overhead + kept.callID.utf8.count) {
                $0 + $1.count
            }
            entries.store(kept, size: size, for: .init(owner: caller, id: kept.callID), now: now)
        }
    }

    func find(callID: String, for caller: Caller.Identity, now: NIODeadline) -> KeptReasoning? {
        entries.find(.init(owner: caller, id: callID), now: now)
    }

    func forget(callIDs: some Sequence<String>, for caller: Caller.Identity) {
        for callID in callIDs { entries.forget(.init(owner: caller, id: callID)) }
    }
}
