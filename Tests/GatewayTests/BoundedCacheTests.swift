import NIOCore
import Testing

@testable import Gateway

struct BoundedCacheTests {
    private typealias Cache = BoundedCache<String, Int, Int>

    private let start = NIODeadline.uptimeNanoseconds(0)

    private func key(_ id: Int, of owner: String = "ann") -> Cache.Key { Cache.Key(owner: owner, id: id) }

    @Test func `an entry is found by its owner until it expires`() {
        let cache = Cache(capacity: 10, lifetime: .seconds(5))
        cache.store(1, size: 1, for: key(1), now: start)
        #expect(cache.find(key(1), now: start + .seconds(4)) == 1)
        #expect(cache.find(key(1), now: start + .seconds(5)) == nil)
        #expect(cache.find(key(2), now: start) == nil)
        #expect(cache.find(key(1, of: "bob"), now: start) == nil)
    }

    @Test func `the cache never exceeds its capacity and keeps entries in use`() {
        let cache = Cache(capacity: 100, lifetime: .seconds(60))
        cache.store(0, size: 1, for: key(0), now: start)
        for id in 1...1000 {
            cache.store(id, size: 1, for: key(id), now: start)
            if id.isMultiple(of: 40) { #expect(cache.find(key(0), now: start) == 0) }
        }
        #expect((1...1000).count { cache.find(key($0), now: start) != nil } <= 100)
    }

    @Test func `an oversized entry is not stored, and a replaced entry frees its size`() {
        let cache = Cache(capacity: 10, lifetime: .seconds(60))
        cache.store(1, size: 6, for: key(1), now: start)
        #expect(cache.find(key(1), now: start) == nil)
        for value in 0..<100 { cache.store(value, size: 2, for: key(2), now: start) }
        cache.store(7, size: 2, for: key(3), now: start)
        #expect(cache.find(key(2), now: start) == 99)
        #expect(cache.find(key(3), now: start) == 7)
    }

    @Test func `forgotten entries are not found`() {
        let cache = Cache(capacity: 4, lifetime: .seconds(60))
        for id in 1...3 { cache.store(1, size: 1, for: key(id), now: start) }
        for id in 1...3 { cache.forget(key(id)) }
        #expect((1...3).allSatisfy { cache.find(key($0), now: start) == nil })
    }

    @Test func `a caller who stores much does not displace the entries of one who stores little`() {
        let cache = Cache(capacity: 100, lifetime: .seconds(60))
        for id in 1...5 { cache.store(id, size: 1, for: key(id), now: start) }
        for id in 1...1000 { cache.store(id, size: 10, for: key(id, of: "eve"), now: start) }
        #expect((1...5).allSatisfy { cache.find(key($0), now: start) == $0 })
    }

    @Test func `the size is bounded for any number of callers`() {
        let cache = Cache(capacity: 100, lifetime: .seconds(60))
        for owner in 0..<200 {
            for id in 1...50 { cache.store(id, size: 1, for: key(id, of: "\(owner)"), now: start) }
        }
        let found = (0..<200).reduce(0) { sum, owner in
            sum + (1...50).count { cache.find(key($0, of: "\(owner)"), now: start) != nil }
        }
        #expect(found > 0 && found <= 100)
    }
}
