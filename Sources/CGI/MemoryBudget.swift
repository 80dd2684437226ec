internal import Synchronization

/// What all bodies that a process has in hand may take together, in bytes: a limit for each alone leaves their sum to
/// whoever sends many.
///
/// What comes in and is large leaves some of it alone, so that large bodies never shut small ones out.
public final class MemoryBudget: Sendable {
    /// A body above this is large, in bytes.
    private static let large = 1 << 20

    private let capacity: Int
    private let free: Mutex<Int>

    /// - Parameter capacity: in bytes, one or more.
    public init(capacity: Int) {
        self.capacity = capacity
        free = Mutex(capacity)
    }

    /// A budget without a limit, for a process that has one request only.
    public static var unlimited: MemoryBudget { MemoryBudget(capacity: .max) }

    /// A part of the budget that one exchange has. It is given back when nobody holds it any more.
    ///
    /// It has one owner at a time, who alone changes it.
    public final class Share: Sendable {
        private let budget: MemoryBudget
        private let taken = Atomic(0)

        /// How large it is, in bytes.
        public var size: Int { taken.load(ordering: .relaxed) }

        /// An empty one.
        public init(of budget: MemoryBudget) {
            self.budget = budget
        }

        deinit {
            budget.free.withLock { $0 += size }
        }

        /// Makes it so large, in bytes, for what is in hand already. False when there is not so much; then it stays as it
        /// is.
        public func resize(to newSize: Int) -> Bool {
            resize(to: newSize, leaving: 0)
        }

        /// Makes it so large, in bytes, for a body that is still to be read. False when there is not so much for it.
        public func admit(_ newSize: Int) -> Bool {
            resize(to: newSize, leaving: newSize > MemoryBudget.large ? budget.capacity / 8 : 0)
        }

        private func resize(to newSize: Int, leaving rest: Int) -> Bool {
            let growth = newSize - size
            guard growth != 0 else { return true }
            let fits = budget.free.withLock { free in
                guard growth < 0 || growth <= free - rest else { return false }
                free -= growth
                return true
            }
            if fits { taken.store(newSize, ordering: .relaxed) }
            return fits
        }
    }
}
