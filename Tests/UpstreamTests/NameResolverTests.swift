import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Upstream

@Suite(.timeLimit(.minutes(1)))
struct NameResolverTests {
    private let names = HangingNames()
    private let loops = MultiThreadedEventLoopGroup.singleton
    /// No answer is ever fresh, so that every request starts or joins a lookup.
    private let asking = NameRecord.Limits(freshness: .zero, patience: .hours(1))

    /// Starts a query on an event loop and passes its outcome to `found`.
    private func find(
        _ host: String, _ resolver: NameResolver, _ found: @escaping @Sendable (NameQuery.Outcome) -> Void
    ) async throws -> NameQuery? {
        let eventLoop = loops.next()
        return try await eventLoop.submit {
            resolver.find(HostAndPort(host: host, port: 80), on: eventLoop, whenFound: found)
        }.get()
    }

    private func count(_ host: String, _ resolver: NameResolver, in counter: Counter) async throws -> NameQuery? {
        try await find(host, resolver) { if case .success = $0 { counter.increment() } }
    }

    @Test func `queries for a name on all event loops share one lookup`() async throws {
        let resolver = NameResolver(limits: asking, lookUp: names.lookUp)
        let found = Counter()
        for _ in 1...50 { _ = try await count("name.test", resolver, in: found) }
        try names.answer("name.test", "192.0.2.1")
        #expect(await eventually { found.value == 50 })
        #expect(names.begun == ["name.test"])
    }

    @Test func `a lookup that hangs does not delay other names`() async throws {
        let resolver = NameResolver(limits: asking, lookUp: names.lookUp)
        let (hanging, found) = (Counter(), Counter())
        for _ in 1...50 { _ = try await count("slow.test", resolver, in: hanging) }
        for number in 1...9 {
            try names.answer("good\(number).test", "192.0.2.1")
            _ = try await count("good\(number).test", resolver, in: found)
        }
        #expect(await eventually { found.value == 9 })
        #expect(hanging.value == 0)
        #expect(names.running == 1)
        try names.answer("slow.test", "192.0.2.1")
        #expect(await eventually { hanging.value == 50 && names.running == 0 })
    }

    @Test func `a cancelled query is released, and its lookup serves other queries`() async throws {
        let resolver = NameResolver(limits: asking, lookUp: names.lookUp)
        let (left, found) = (Counter(), Counter())
        let eventLoop = loops.next()
        let leaving = try await eventLoop.submit {
            let query = resolver.find(HostAndPort(host: "name.test", port: 80), on: eventLoop) { _ in left.increment() }
            query?.cancel()
            return Leaving(query: query)
        }.get()
        #expect(leaving.query == nil)
        _ = try await count("name.test", resolver, in: found)
        try names.answer("name.test", "192.0.2.1")
        #expect(await eventually { found.value == 1 })
        #expect(left.value == 0)
        #expect(names.begun == ["name.test"])
    }

    private struct Leaving {
        weak var query: NameQuery?
    }

    @Test func `the previous answer is used when a lookup hangs`() async throws {
        let limits = NameRecord.Limits(freshness: .zero, patience: .milliseconds(1))
        let resolver = NameResolver(limits: limits, lookUp: names.lookUp)
        let found = Counter()
        try names.answer("name.test", "192.0.2.1")
        _ = try await count("name.test", resolver, in: found)
        #expect(await eventually { found.value == 1 })
        names.set("name.test", nil)
        for number in 2...20 {
            _ = try await count("name.test", resolver, in: found)
            #expect(await eventually { found.value == number })
        }
        #expect(names.begun.count == 2)
        #expect(names.running == 1)
        try names.answer("name.test", "192.0.2.1")
        #expect(await eventually { names.running == 0 })
        // Queries that used the previous answer are not called again.
        #expect(found.value == 20)
    }

    @Test func `a failing lookup is reported once, as is its recovery`() async throws {
        let changes = Mutex<[String]>([])
        let resolver = NameResolver(
            limits: asking,
            onChange: { change in
                changes.withLock {
                    switch change {
                    case .failing(let host, let reason, _): $0.append("\(host): \(reason)")
                    case .recovered(let host): $0.append("\(host) recovered")
                    }
                }
            }, lookUp: names.lookUp)
        let found = Counter()
        var number = 0
        func ask() async throws {
            number += 1
            _ = try await count("name.test", resolver, in: found)
            #expect(await eventually { found.value == number && names.running == 0 })
        }
        try names.answer("name.test", "192.0.2.1")
        try await ask()
        names.set("name.test", .failure(LookupFailure("no server")))
        for _ in 1...3 { try await ask() }
        try names.answer("name.test", "192.0.2.1")
        try await ask()
        #expect(await eventually { changes.withLock { $0 } == ["name.test: no server", "name.test recovered"] })
    }

    @Test func `the number of threads and names is bounded, and new names replace old ones`() async throws {
        let resolver = NameResolver(limits: asking, lookUp: names.lookUp)
        let found = Counter()
        let failures = Counter()
        for number in 1...NameResolver.maximumNames {
            _ = try await count("\(number).test", resolver, in: found)
        }
        for number in 1...10 {
            _ = try await find("more\(number).test", resolver) {
                if case .failure = $0 { failures.increment() }
            }
        }
        #expect(failures.value == 10)
        #expect(await eventually { names.running == NameResolver.maximumNames })
        for number in 1...NameResolver.maximumNames { try names.answer("\(number).test", "192.0.2.1") }
        #expect(await eventually { found.value == NameResolver.maximumNames })
        for number in 1...100 {
            try names.answer("later\(number).test", "192.0.2.1")
            _ = try await count("later\(number).test", resolver, in: found)
            #expect(await eventually { found.value == NameResolver.maximumNames + number })
        }
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func `a numeric address is not looked up`(_ host: String) async throws {
        let resolver = NameResolver(lookUp: names.lookUp)
        let found = Counter()
        let query = try await count(host, resolver, in: found)
        #expect(query == nil)
        #expect(found.value == 1)
        #expect(names.begun.isEmpty)
    }

    @Test func `the system's resolver finds localhost`() async throws {
        let found = Counter()
        _ = try await count("localhost", NameResolver(), in: found)
        #expect(await eventually { found.value == 1 })
    }
}
