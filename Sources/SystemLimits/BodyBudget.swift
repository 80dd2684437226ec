/// How much memory the bodies of all requests may take together.
///
/// A body takes about four times its size: as it came, parsed, translated, and in the buffers on its way out. Bodies get a
/// quarter of the memory, which leaves as much for other processes on the machine. If that is not enough for two bodies of the
/// largest size, they get more, but never above two thirds.
public struct BodyBudget: Sendable, Equatable {
    /// The size of all bodies together, in bytes, not counting copies.
    public let capacity: Int
    /// The size of the largest body that can be accepted, in bytes: what the operator asked for, or less.
    public let maxBody: Int

    private static let copies = 4
    /// The smallest capacity: small bodies are accepted in any case.
    private static let least = 1 << 20

    /// - Parameters:
    ///   - memory: how much memory the process may take, in bytes; from 0 on.
    ///   - asked: the largest body that the operator wants to accept, in bytes; from 0 on.
    public init(memory: Int, maxBody asked: Int) {
        let quarter = memory / 4 / Self.copies
        let twoThirds = memory / 3 * 2 / Self.copies
        capacity = max(quarter, min(2 * asked, twoThirds), Self.least)
        // `MemoryBudget` keeps an eighth free of large bodies.
        maxBody = min(asked, capacity - capacity / 8)
    }
}
