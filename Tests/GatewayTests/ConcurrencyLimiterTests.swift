import NIOCore
import NIOPosix
import Testing

@testable import Access
@testable import Gateway

@Suite(.timeLimit(.minutes(1)))
struct ConcurrencyLimiterTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func isLetIn(to limiter: ConcurrencyLimiter) async -> Bool {
        (try? await limiter.enter(.sharedKey, on: loop)) != nil
    }

    /// Waits until that many requests are queued.
    private func wait(for count: Int, in limiter: ConcurrencyLimiter) async throws {
        while limiter.waiterCount != count { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func `a request that finds no permit gets the next one released`() async throws {
        let limiter = ConcurrencyLimiter(limit: 1)
        #expect(await isLetIn(to: limiter))
        async let second = isLetIn(to: limiter)
        try await wait(for: 1, in: limiter)
        limiter.leave(1, of: .sharedKey)
        #expect(await second)
        limiter.leave(1, of: .sharedKey)
        #expect(await isLetIn(to: limiter))
    }

    @Test func `a queued request is refused after a time limit`() async throws {
        let limiter = ConcurrencyLimiter(limit: 1)
        #expect(await isLetIn(to: limiter))
        #expect(await isLetIn(to: limiter) == false)
    }

    @Test func `the queue is bounded, and requests beyond it are refused at once`() async throws {
        let limiter = ConcurrencyLimiter(limit: 32)
        for _ in 1...32 { try await limiter.enter(.sharedKey, on: loop) }
        let answers = await withTaskGroup(of: Bool.self) { group in
            for _ in 1...10 { group.addTask { await isLetIn(to: limiter) } }
            var refused = 0
            for await isIn in group {
                if !isIn { refused += 1 }
                // Eight requests were refused at once; only then release permits for the two in the queue.
                if refused == 8 { limiter.leave(2, of: .sharedKey) }
            }
            return refused
        }
        #expect(answers == 8)
    }

    @Test func `a cancelled request releases its place in the queue`() async throws {
        let limiter = ConcurrencyLimiter(limit: 1)
        #expect(await isLetIn(to: limiter))
        let leaving = Task { await isLetIn(to: limiter) }
        try await wait(for: 1, in: limiter)
        leaving.cancel()
        #expect(await leaving.value == false)
        #expect(limiter.waiterCount == 0)
        limiter.leave(1, of: .sharedKey)
        #expect(await isLetIn(to: limiter))
    }

    @Test func `a request for further permits never waits`() async throws {
        let limiter = ConcurrencyLimiter(limit: 4)
        try await limiter.enter(.sharedKey, on: loop)
        #expect(throws: HTTPError.self) { try limiter.enter(further: 4, .sharedKey) }
        try limiter.enter(further: 3, .sharedKey)
        limiter.leave(4, of: .sharedKey)
        try limiter.enter(further: 4, .sharedKey)
    }

    // MARK: Shares

    private let ann = Caller.Identity.key(label: "ann")
    private let bob = Caller.Identity.key(label: "bob")

    @Test func `one caller cannot hold more than half of the permits`() async throws {
        let limiter = ConcurrencyLimiter(limit: 8)
        try await limiter.enter(ann, on: loop)
        try limiter.enter(further: 3, ann)
        #expect(throws: HTTPError.self) { try limiter.enter(further: 1, ann) }
        try await limiter.enter(bob, on: loop)
        limiter.leave(1, of: ann)
        try limiter.enter(further: 1, ann)
    }

    @Test func `a caller above its share does not hold up the others in the queue`() async throws {
        let limiter = ConcurrencyLimiter(limit: 33)
        try await limiter.enter(ann, on: loop)
        try limiter.enter(further: 16, ann)
        try await limiter.enter(bob, on: loop)
        try limiter.enter(further: 15, bob)
        async let first = try? limiter.enter(ann, on: loop)
        try await wait(for: 1, in: limiter)
        async let second = try? limiter.enter(bob, on: loop)
        try await wait(for: 2, in: limiter)
        limiter.leave(1, of: bob)
        #expect(await second != nil)
        limiter.leave(1, of: ann)
        #expect(await first != nil)
    }

    @Test func `a limit of one admits a caller's request`() async throws {
        try await ConcurrencyLimiter(limit: 1).enter(ann, on: loop)
    }
}
