import Testing

@testable import SystemLimits

@Suite struct BodyBudgetTests {
    @Test func `bodies with their copies get a quarter of the memory`() {
        #expect(BodyBudget(memory: 16_384 * MB, maxBody: 64 * MB).capacity == 1024 * MB)
        #expect(BodyBudget(memory: 16_384 * MB, maxBody: 64 * MB).maxBody == 64 * MB)
    }

    @Test func `with little memory, two bodies of the maximum size still fit`() {
        #expect(BodyBudget(memory: 1024 * MB, maxBody: 64 * MB).capacity == 128 * MB)
        #expect(BodyBudget(memory: 1024 * MB, maxBody: 64 * MB).maxBody == 64 * MB)
    }

    @Test(arguments: [0, 1, 10 * MB, 64 * MB, 128 * MB, 256 * MB, 512 * MB, 768 * MB, 1024 * MB, 4096 * MB, .max])
    func `bodies with their copies never take more than two thirds of the memory`(_ memory: Int) {
        for asked in [0, 1, 4 * MB, 64 * MB, 1024 * MB] {
            let budget = BodyBudget(memory: memory, maxBody: asked)
            // One megabyte is always granted.
            #expect(budget.capacity <= max(MB, memory / 6))
            #expect(budget.maxBody <= asked)
            // A body of the maximum size is admitted, although an eighth is reserved for small bodies.
            #expect(budget.maxBody <= budget.capacity - budget.capacity / 8)
            if asked > 0 { #expect(budget.maxBody > 0) }
        }
    }

    @Test func `the maximum body size is lowered to fit into memory`() {
        let budget = BodyBudget(memory: 256 * MB, maxBody: 64 * MB)
        #expect(budget.maxBody < 64 * MB)
        #expect(budget.maxBody > 32 * MB)
    }
}
