import Testing

@testable import Gateway

struct BoundedCacheTests {
    private let start = ContinuousClock.now

    @Test func `an entry is found until it expires`() {
        let cache = BoundedCache<String, Int>(capacity: 10, lifetime: .seconds(5))
        cache.store(1, size: 1, for: "a", now: start)
        #expect(cache.find("a", now: start + .seconds(4)) == 1)
        #expect(cache.find("a", now: start + .seconds(5)) == nil)
        #expect(cache.find("b") == nil)
    }

    @Test func `the cache never exceeds its capacity and keeps entries in use`() {
        let cache = BoundedCache<Int, Int>(capacity: 100, lifetime: .seconds(60))
        cache.store(0, size: 1, for: 0, now: start)
        for key in 1...1000 {
            cache.store(key, size: 1, for: key, now: start)
            if key.isMultiple(of: 40) { #expect(cache.find(0, now: start) == 0) }
        }
        #expect((1...1000).count { cache.find($0, now: start) != nil } <= 100)
    }

    @Test func `an oversized entry is not stored, and a replaced entry frees its size`() {
        let cache = BoundedCache<String, Int>(capacity: 10, lifetime: .seconds(60))
        cache.store(1, size: 6, for: "large")
        #expect(cache.find("large") == nil)
        for value in 0..<100 { cache.store(value, size: 2, for: "same") }
        cache.store(7, size: 2, for: "other")
        #expect(cache.find("same") == 99)
        #expect(cache.find("other") == 7)
    }

    @Test func `forgotten entries are not found`() {
        let cache = BoundedCache<String, Int>(capacity: 4, lifetime: .seconds(60))
        for key in ["a", "b", "c"] { cache.store(1, size: 1, for: key) }
        for key in ["a", "b", "c"] { cache.forget(key) }
        #expect(["a", "b", "c"].allSatisfy { cache.find($0) == nil })
    }
}
