import Synchronization
import Testing
import Threads

struct ConditionTests {
    @Test
    func `a wait ends when another thread makes the condition true`() throws {
        let condition = Condition()
        let holds = Atomic(false)
        try Thread.start(name: "test") {
            condition.withLock {
                holds.store(true, ordering: .relaxed)
                condition.broadcast()
            }
        }
        let hasSeen = condition.withLock {
            condition.wait { holds.load(ordering: .relaxed) }
            return holds.load(ordering: .relaxed)
        }
        #expect(hasSeen)
    }

    @Test(arguments: [0, 0.01, 0.999_999_999])
    func `a wait for a condition that never becomes true ends at its time limit`(seconds: Double) {
        let condition = Condition()
        let start = ContinuousClock.now
        #expect(!condition.withLock { condition.wait(seconds: seconds) { false } })
        #expect(ContinuousClock.now - start >= .seconds(seconds))
    }

    @Test
    func `a condition that is already true is not waited for`() {
        let condition = Condition()
        #expect(condition.withLock { condition.wait(seconds: 3600) { true } })
    }
}
