import CGI
import Synchronization
import Testing

struct MemoryBudgetTests {
    @Test func `released memory can be reserved again`() {
        let budget = MemoryBudget(capacity: 1000)
        var first: MemoryBudget.Reservation? = MemoryBudget.Reservation(of: budget)
        let second = MemoryBudget.Reservation(of: budget)
        #expect(first?.admit(600) == true)
        #expect(second.admit(500) == false)
        #expect(second.size == 0)
        first = nil
        #expect(second.admit(500))
        #expect(second.size == 500)
    }

    @Test func `a reservation can grow and shrink`() {
        let budget = MemoryBudget(capacity: 1000)
        let (first, second) = (MemoryBudget.Reservation(of: budget), MemoryBudget.Reservation(of: budget))
        #expect(first.resize(to: 900))
        #expect(second.resize(to: 200) == false)
        #expect(first.resize(to: 1001) == false)
        #expect(first.size == 900)
        #expect(first.resize(to: 800))
        #expect(second.resize(to: 200))
    }

    @Test func `large bodies leave memory for small ones`() {
        let budget = MemoryBudget(capacity: 80 << 20)
        let large = MemoryBudget.Reservation(of: budget)
        #expect(large.admit(71 << 20) == false)
        #expect(large.admit(70 << 20))
        let another = MemoryBudget.Reservation(of: budget)
        #expect(another.admit(2 << 20) == false)
        #expect(another.admit(1 << 20))
    }

    @Test func `an existing reservation can grow to the whole budget`() {
        let share = MemoryBudget.Reservation(of: MemoryBudget(capacity: 80 << 20))
        #expect(share.resize(to: 80 << 20))
    }

    /// The outcomes of queued reservations, in order.
    private final class Answers: Sendable {
        private let answers = Mutex<[String]>([])
        func note(_ name: String) -> @Sendable (Bool) -> Void {
            { isAdmitted in self.answers.withLock { $0.append(isAdmitted ? name : "not \(name)") } }
        }
        var all: [String] { answers.withLock { $0 } }
    }

    @Test func `queued bodies are admitted in order`() {
        let budget = MemoryBudget(capacity: 1000)
        var (held, small): (MemoryBudget.Reservation?, MemoryBudget.Reservation?) = (
            .init(of: budget), .init(of: budget)
        )
        let (first, second) = (MemoryBudget.Reservation(of: budget), MemoryBudget.Reservation(of: budget))
        let answers = Answers()
        held?.admit(700, answers.note("held"))
        small?.admit(200, answers.note("small"))
        first.admit(600, answers.note("first"))
        second.admit(150, answers.note("second"))
        #expect(answers.all == ["held", "small"])
        small = nil
        #expect(answers.all == ["held", "small"])
        held = nil
        #expect(answers.all == ["held", "small", "first", "second"])
        #expect((first.size, second.size) == (600, 150))
    }

    @Test func `a body that stops waiting is rejected, and the next one is tried`() {
        let budget = MemoryBudget(capacity: 1000)
        var held: MemoryBudget.Reservation? = .init(of: budget)
        let (first, second) = (MemoryBudget.Reservation(of: budget), MemoryBudget.Reservation(of: budget))
        let answers = Answers()
        #expect(held?.admit(900) == true)
        first.admit(600, answers.note("first"))
        second.admit(500, answers.note("second"))
        first.stopWaiting()
        first.stopWaiting()
        held = nil
        #expect(answers.all == ["not first", "second"])
        #expect(first.size == 0)
    }

    @Test func `a body that can never fit does not wait`() {
        let budget = MemoryBudget(capacity: 80 << 20)
        let answers = Answers()
        MemoryBudget.Reservation(of: budget).admit(71 << 20, answers.note("large"))
        #expect(answers.all == ["not large"])
    }

    @Test func `the queue is bounded`() {
        let budget = MemoryBudget(capacity: 10)
        let held = MemoryBudget.Reservation(of: budget)
        #expect(held.admit(10))
        let waiting = (0..<65).map { _ in MemoryBudget.Reservation(of: budget) }
        let answers = Answers()
        for share in waiting { share.admit(1, answers.note("one")) }
        #expect(answers.all == ["not one"])
        withExtendedLifetime(held) {}
    }
}
