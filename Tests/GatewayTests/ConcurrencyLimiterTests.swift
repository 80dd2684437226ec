import NIOCore
import NIOPosix
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1)))
struct AdmissionTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func isLetIn(to limiter: ConcurrencyLimiter) async -> Bool {
        (try? await limiter.enter(on: loop)) != nil
    }

    @Test func `who comes when all places are taken gets the next that is free`() async throws {
        let limiter = ConcurrencyLimiter(limit: 1)
        #expect(await isLetIn(to: limiter))
        async let second = isLetIn(to: limiter)
        try await Task.sleep(for: .milliseconds(50))
        limiter.leave(1)
        #expect(await second)
        limiter.leave(1)
        #expect(await isLetIn(to: limiter))
    }

    @Test func `nobody waits for ever`() async throws {
        let limiter = ConcurrencyLimiter(limit: 1)
        #expect(await isLetIn(to: limiter))
        #expect(await isLetIn(to: limiter) == false)
    }

    @Test func `only a few may wait, and the others know at once`() async throws {
        let limiter = ConcurrencyLimiter(limit: 32)
        for _ in 1...32 { try await limiter.enter(on: loop) }
        let answers = await withTaskGroup(of: Bool.self) { group in
            for _ in 1...10 { group.addTask { await isLetIn(to: limiter) } }
            var refused = 0
            for await isIn in group {
                if !isIn { refused += 1 }
                // Those who were refused at once are known before those who wait get what is given back now.
                if refused == 8 { limiter.leave(2) }
            }
            return refused
        }
        #expect(answers == 8)
    }

    @Test func `who leaves while he waits takes no place`() async throws {
        let limiter = ConcurrencyLimiter(limit: 1)
        #expect(await isLetIn(to: limiter))
        let leaving = Task { await isLetIn(to: limiter) }
        try await Task.sleep(for: .milliseconds(50))
        leaving.cancel()
        #expect(await leaving.value == false)
        limiter.leave(1)
        #expect(await isLetIn(to: limiter))
    }

    @Test func `places are not waited for by those who hold some`() async throws {
        let limiter = ConcurrencyLimiter(limit: 4)
        try await limiter.enter(on: loop)
        #expect(throws: HTTPError.self) { try limiter.enter(further: 4) }
        try limiter.enter(further: 3)
        limiter.leave(4)
        try limiter.enter(further: 4)
    }
}
