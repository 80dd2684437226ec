import NIOCore
import NIOPosix
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1)))
struct AdmissionTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func isLetIn(to admission: Admission) async -> Bool {
        (try? await admission.enter(on: loop)) != nil
    }

    @Test func `who comes when all places are taken gets the next that is free`() async throws {
        let admission = Admission(limit: 1)
        #expect(await isLetIn(to: admission))
        async let second = isLetIn(to: admission)
        try await Task.sleep(for: .milliseconds(50))
        admission.leave(1)
        #expect(await second)
        admission.leave(1)
        #expect(await isLetIn(to: admission))
    }

    @Test func `nobody waits for ever`() async throws {
        let admission = Admission(limit: 1)
        #expect(await isLetIn(to: admission))
        #expect(await isLetIn(to: admission) == false)
    }

    @Test func `only a few may wait, and the others know at once`() async throws {
        let admission = Admission(limit: 32)
        for _ in 1...32 { try await admission.enter(on: loop) }
        let answers = await withTaskGroup(of: Bool.self) { group in
            for _ in 1...10 { group.addTask { await isLetIn(to: admission) } }
            var refused = 0
            for await isIn in group {
                if !isIn { refused += 1 }
                // Those who were refused at once are known before those who wait get what is given back now.
                if refused == 8 { admission.leave(2) }
            }
            return refused
        }
        #expect(answers == 8)
    }

    @Test func `who leaves while he waits takes no place`() async throws {
        let admission = Admission(limit: 1)
        #expect(await isLetIn(to: admission))
        let leaving = Task { await isLetIn(to: admission) }
        try await Task.sleep(for: .milliseconds(50))
        leaving.cancel()
        #expect(await leaving.value == false)
        admission.leave(1)
        #expect(await isLetIn(to: admission))
    }

    @Test func `places are not waited for by those who hold some`() async throws {
        let admission = Admission(limit: 4)
        try await admission.enter(on: loop)
        #expect(throws: Failure.self) { try admission.enter(further: 4) }
        try admission.enter(further: 3)
        admission.leave(4)
        try admission.enter(further: 4)
    }
}
