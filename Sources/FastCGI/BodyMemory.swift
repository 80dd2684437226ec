internal import CGI
internal import Glibc
internal import NIOCore
internal import Synchronization

/// The memory that bodies are read into: there is so much of it, and a few may wait a little for some to be given back.
final class BodyMemory: Sendable {
    /// How long a body waits for memory.
    private static let patience = TimeAmount.seconds(2)

    /// The time, in microseconds, between two looks at what is free. That so few look so seldom costs less than having
    /// everybody who gives something back see to those who wait.
    private static let pause: UInt32 = 20_000

    /// How many may wait: each occupies a reading thread, and others want to be read meanwhile.
    private static let room = 16

    private let budget: MemoryBudget
    private let waiting = Atomic(0)

    init(_ budget: MemoryBudget) {
        self.budget = budget
    }

    /// What is asked for one body.
    struct Claim {
        fileprivate let memory: BodyMemory
        let share: MemoryBudget.Share
        fileprivate let mayWait: Bool

        /// Whether so many bytes may be read, after a wait if need be.
        func admits(_ size: Int) -> Bool {
            share.admit(size) || mayWait && memory.wait { share.admit(size) }
        }
    }

    /// - Parameter mayWait: whether the thread may.
    func claim(mayWait: Bool) -> Claim {
        Claim(memory: self, share: MemoryBudget.Share(of: budget), mayWait: mayWait)
    }

    private func wait(until isAdmitted: () -> Bool) -> Bool {
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.room else { return false }
        let deadline = NIODeadline.now() + Self.patience
        while NIODeadline.now() < deadline {
            usleep(Self.pause)
            if isAdmitted() { return true }
        }
        return false
    }
}
