internal import Synchronization

/// A cache of bounded size whose entries expire. Entries may be lost at any time. Used from every event loop.
///
/// It has two generations. Entries that are stored or found go into the young generation; when that reaches half the
/// capacity, it becomes the old one, and the previous old one is discarded. Entries in use therefore stay, at only the cost
/// of a dictionary.
final class BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let size: Int
        let expires: ContinuousClock.Instant
    }

    private struct Generations {
        var young: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]
        var youngSize = 0

        mutating func store(_ entry: Entry, for key: Key, capacity: Int) {
            guard entry.size <= capacity / 2 else { return }
            if youngSize + entry.size > capacity / 2 {
                old = young
                young = [:]
                youngSize = 0
            }
            if let replaced = young.updateValue(entry, forKey: key) { youngSize -= replaced.size }
            youngSize += entry.size
        }
    }

    private let capacity: Int
    private let lifetime: Duration
    private let generations = Mutex(Generations())

    /// - Parameters:
    ///   - capacity: the maximum total size, in the unit of the entries' sizes.
    ///   - lifetime: how long an entry is valid after it was stored.
    init(capacity: Int, lifetime: Duration) {
        self.capacity = capacity
        self.lifetime = lifetime
    }

    func store(_ value: Value, size: Int, for key: Key, now: ContinuousClock.Instant = .now) {
        let entry = Entry(value: value, size: size, expires: now + lifetime)
        generations.withLock { $0.store(entry, for: key, capacity: capacity) }
    }

    func find(_ key: Key, now: ContinuousClock.Instant = .now) -> Value? {
        generations.withLock { generations in
            if let entry = generations.young[key] { return entry.expires > now ? entry.value : nil }
            guard let entry = generations.old.removeValue(forKey: key), entry.expires > now else { return nil }
            generations.store(entry, for: key, capacity: capacity)
            return entry.value
        }
    }

    func forget(_ key: Key) {
        generations.withLock { generations in
            if let entry = generations.young.removeValue(forKey: key) { generations.youngSize -= entry.size }
            generations.old[key] = nil
        }
    }
}
