internal import NIOCore
internal import SystemLimits

/// How much memory the process may take, and how much of it bodies may.
struct MemoryPlan {
    /// The lowest limit.
    let limit: MemoryLimit
    /// The share of bodies.
    let bodies: BodyBudget

    /// - Parameter maxBody: the largest body that the operator wants to accept, in bytes.
    init(maxBody: Int) {
        // Large stacks: event loops, the threads of Swift's tasks and those that resolve names. Small ones: the threads that read
        // requests, and those for the log, the scoreboard and the status page.
        limit = .lowest(threads: ThreadPlan(large: 2 * System.coreCount + 4, small: 64 + 16))
        bodies = BodyBudget(memory: limit.bytes, maxBody: maxBody)
    }
}
