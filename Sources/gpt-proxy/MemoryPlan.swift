internal import NIOCore
internal import SystemLimits

/// The process's memory limit, and the share of it that request bodies may use.
struct MemoryPlan {
    /// The lowest limit that applies.
    let limit: MemoryLimit
    /// The share for request bodies.
    let bodies: BodyBudget

    /// - Parameter maxBody: the largest body that the operator wants to accept, in bytes.
    init(maxBody: Int) {
        // Threads with large stacks: event loops, Swift's task threads and name resolution. Threads with small stacks: those
        // that read requests, and those for the log, the scoreboard and the status page.
        limit = .lowest(threads: ThreadPlan(large: 2 * System.coreCount + 4, small: 64 + 16))
        bodies = BodyBudget(memory: limit.bytes, maxBody: maxBody)
    }
}
