internal import Synchronization

/// A store for what helps but may be lost at any time: bounded in size, and what it holds expires. Used from every event
/// loop.
///
/// It holds two generations. What is stored or found goes into the young one; when that has taken half of the room, it
/// becomes the old one, and the old one is forgotten. So what is in use stays, at no cost but a dictionary's.
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
    ///   - capacity: how much it holds at most, in the unit of the entries' sizes.
    ///   - lifetime: how long an entry lives after it was stored.
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
