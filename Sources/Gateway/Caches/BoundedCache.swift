internal import NIOCore
internal import Synchronization

/// A cache of bounded size whose entries expire, shared by several owners. Entries may be lost at any time. Used from every
/// event loop.
///
/// It has two generations. Entries that are stored or found go into the young generation. When that is full, the entries of
/// the owner who has most of it become old, and replace the old ones of that owner; when the old generation is full, the entries
/// of the owner who has most of that are discarded. Entries in use therefore stay, and no owner displaces the entries of another who stores less.
final class BoundedCache<Owner: Hashable & Sendable, ID: Hashable & Sendable, Value: Sendable>: Sendable {
    struct Key: Hashable, Sendable {
        let owner: Owner
        let id: ID
    }

    private struct Entry {
        let value: Value
        let size: Int
        let expires: NIODeadline
    }

    private struct Generation {
        private(set) var size = 0
        private var owners: [Owner: (entries: [ID: Entry], size: Int)] = [:]

        subscript(key: Key) -> Entry? { owners[key.owner]?.entries[key.id] }

        mutating func insert(_ entry: Entry, for key: Key) {
            remove(key)
            owners[key.owner, default: ([:], 0)].entries[key.id] = entry
            owners[key.owner]?.size += entry.size
            size += entry.size
        }

        @discardableResult
        mutating func remove(_ key: Key) -> Entry? {
            guard let entry = owners[key.owner]?.entries.removeValue(forKey: key.id) else { return nil }
            owners[key.owner]?.size -= entry.size
            size -= entry.size
            if owners[key.owner]?.entries.isEmpty == true { owners[key.owner] = nil }
            return entry
        }

        /// Removes the entries of the owner who has most.
        mutating func removeLargest() -> (owner: Owner, entries: [ID: Entry])? {
            guard let owner = owners.max(by: { $0.value.size < $1.value.size })?.key else { return nil }
            return (owner, removeAll(of: owner))
        }

        @discardableResult
        mutating func removeAll(of owner: Owner) -> [ID: Entry] {
            guard let removed = owners.removeValue(forKey: owner) else { return [:] }
            size -= removed.size
            return removed.entries
        }
    }

    private struct Generations {
        var young = Generation()
        var old = Generation()

        mutating func store(_ entry: Entry, for key: Key, limit: Int) {
            guard entry.size <= limit else { return }
            forget(key)
            while young.size + entry.size > limit, let (owner, entries) = young.removeLargest() {
                old.removeAll(of: owner)
                for (id, entry) in entries { old.insert(entry, for: Key(owner: owner, id: id)) }
                while old.size > limit, old.removeLargest() != nil {}
            }
            young.insert(entry, for: key)
        }

        mutating func forget(_ key: Key) {
            young.remove(key)
            old.remove(key)
        }
    }

    /// The greatest size of a generation.
    private let limit: Int
    private let lifetime: TimeAmount
    private let generations = Mutex(Generations())

    /// - Parameters:
    ///   - capacity: the maximum total size, in the unit of the entries' sizes.
    ///   - lifetime: how long an entry is valid after it was stored.
    init(capacity: Int, lifetime: TimeAmount) {
        limit = capacity / 2
        self.lifetime = lifetime
    }

    func store(_ value: Value, size: Int, for key: Key, now: NIODeadline) {
        let entry = Entry(value: value, size: size, expires: now + lifetime)
        generations.withLock { $0.store(entry, for: key, limit: limit) }
    }

    func find(_ key: Key, now: NIODeadline) -> Value? {
        generations.withLock { generations in
            if let entry = generations.young[key] { return entry.expires > now ? entry.value : nil }
            guard let entry = generations.old[key], entry.expires > now else { return nil }
            generations.store(entry, for: key, limit: limit)
            return entry.value
        }
    }

    func forget(_ key: Key) {
        generations.withLock { $0.forget(key) }
    }
}
