/// The memory that the bodies of all requests may use in total.
///
/// A body uses about four times its size: as received, parsed, translated, and in output buffers. Bodies get a quarter of the
/// memory, so that as much again remains for other processes on the machine. If that is not enough for two bodies of the
/// maximum size, they get more, but at most two thirds.
public struct BodyBudget: Sendable, Equatable {
    /// The total size of all bodies, in bytes, not counting copies.
    public let capacity: Int
    /// The maximum size of a body, in bytes: the value that the operator has configured, or less.
    public let maxBody: Int

    private static let copies = 4
    /// The minimum capacity in bytes, so that small bodies are always accepted.
    private static let least = 1 << 20

    /// Calculates the budget.
    ///
    /// - Parameters:
    ///   - memory: the memory that the process may use, in bytes; at least 0.
    ///   - asked: the maximum size of a body that the operator has configured, in bytes; at least 0.
    public init(memory: Int, maxBody asked: Int) {
        let quarter = memory / 4 / Self.copies
        let twoThirds = memory / 3 * 2 / Self.copies
        capacity = max(quarter, min(2 * asked, twoThirds), Self.least)
        // Large bodies must leave an eighth of a `MemoryBudget` free.
        maxBody = min(asked, capacity - capacity / 8)
    }
}
