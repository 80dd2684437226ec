import CGI
import Testing

struct MemoryBudgetTests {
    @Test func `what is given back can be taken again`() {
        let budget = MemoryBudget(capacity: 1000)
        var first: MemoryBudget.Share? = MemoryBudget.Share(of: budget)
        let second = MemoryBudget.Share(of: budget)
        #expect(first?.admit(600) == true)
        #expect(second.admit(500) == false)
        #expect(second.size == 0)
        first = nil
        #expect(second.admit(500))
        #expect(second.size == 500)
    }

    @Test func `a share grows and shrinks`() {
        let budget = MemoryBudget(capacity: 1000)
        let (first, second) = (MemoryBudget.Share(of: budget), MemoryBudget.Share(of: budget))
        #expect(first.resize(to: 900))
        #expect(second.resize(to: 200) == false)
        #expect(first.resize(to: 1001) == false)
        #expect(first.size == 900)
        #expect(first.resize(to: 800))
        #expect(second.resize(to: 200))
    }

    @Test func `large bodies leave room for small ones`() {
        let budget = MemoryBudget(capacity: 80 << 20)
        let large = MemoryBudget.Share(of: budget)
        #expect(large.admit(71 << 20) == false)
        #expect(large.admit(70 << 20))
        let another = MemoryBudget.Share(of: budget)
        #expect(another.admit(2 << 20) == false)
        #expect(another.admit(1 << 20))
    }

    @Test func `what is in hand may take all`() {
        let share = MemoryBudget.Share(of: MemoryBudget(capacity: 80 << 20))
        #expect(share.resize(to: 80 << 20))
    }
}
