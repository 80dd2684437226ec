internal import Synchronization

/// What all bodies in a process may take together, in bytes: with a limit for each alone, many callers could still take any
/// amount.
///
/// A large body leaves some of the budget alone, so that large ones never shut small ones out. Bodies for which there is no
/// room may wait for it, and get it in the order in which they came.
public final class MemoryBudget: Sendable {
    /// A body above this is large, in bytes.
    private static let large = 1 << 20

    /// How many bodies may wait for room.
    private static let waitingLimit = 64

    private let capacity: Int
    private let state: Mutex<State>

    private struct State {
        var free: Int
        var waiting: [Waiter] = []

        /// Takes from what is free as much as the share lacks, unless less than `rest` were left then.
        mutating func grow(_ share: Share, to size: Int, leaving rest: Int) -> Bool {
            let growth = size - share.size
            guard growth <= free - rest else { return false }
            free -= growth
            share.hold(size)
            return true
        }
    }

    private struct Waiter {
        let share: Share
        let size: Int
        let resume: @Sendable (Bool) -> Void
    }

    /// - Parameter capacity: in bytes, one or more.
    public init(capacity: Int) {
        self.capacity = capacity
        state = Mutex(State(free: capacity))
    }

    /// A budget without a limit, for a process that has one request only.
    public static var unlimited: MemoryBudget { MemoryBudget(capacity: .max) }

    /// The part of the budget that one exchange has. It is given back when nothing refers to it any more.
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
            if size > 0 { budget.giveBack(size) }
        }

        /// Makes it `newSize` bytes large, for what is in memory already.
        ///
        /// - Returns: false if the budget has too little left; the share is then unchanged.
        public func resize(to newSize: Int) -> Bool {
            let growth = newSize - size
            if growth <= 0 {
                taken.store(newSize, ordering: .relaxed)
                if growth < 0 { budget.giveBack(-growth) }
                return true
            }
            return budget.state.withLock { $0.grow(self, to: newSize, leaving: 0) }
        }

        /// Makes it `newSize` bytes large, for a body that is still to be read.
        ///
        /// - Returns: false if the budget has too little left; the share is then unchanged.
        public func admit(_ newSize: Int) -> Bool {
            guard newSize > size else { return resize(to: newSize) }
            return budget.state.withLock { $0.grow(self, to: newSize, leaving: budget.remainder(beside: newSize)) }
        }

        /// As ``admit(_:)``, at once or later.
        ///
        /// - Parameters:
        ///   - newSize: how large the share is to be, in bytes.
        ///   - resume: is called once, on any thread and perhaps within this call, with whether there is room. Until then
        ///     the share must not be used.
        public func admit(_ newSize: Int, _ resume: @escaping @Sendable (Bool) -> Void) {
            let isAdmitted: Bool? = budget.state.withLock { state in
                if state.grow(self, to: newSize, leaving: budget.remainder(beside: newSize)) { return true }
                guard newSize <= budget.capacity - budget.remainder(beside: newSize),
                    state.waiting.count < MemoryBudget.waitingLimit
                else { return false }
                state.waiting.append(Waiter(share: self, size: newSize, resume: resume))
                return nil
            }
            if let isAdmitted { resume(isAdmitted) }
        }

        /// Has a body that waits be refused now; one that does not wait stays as it is.
        public func stopWaiting() {
            let waiter = budget.state.withLock { state in
                state.waiting.firstIndex { $0.share === self }.map { state.waiting.remove(at: $0) }
            }
            waiter?.resume(false)
        }

        fileprivate func hold(_ size: Int) {
            taken.store(size, ordering: .relaxed)
        }
    }

    /// What a body of that size must leave to others.
    private func remainder(beside size: Int) -> Int {
        size > Self.large ? capacity / 8 : 0
    }

    private func giveBack(_ size: Int) {
        let admitted = state.withLock { state in
            state.free += size
            var admitted: [Waiter] = []
            while let next = state.waiting.first,
                state.grow(next.share, to: next.size, leaving: remainder(beside: next.size))
            {
                admitted.append(state.waiting.removeFirst())
            }
            return admitted
        }
        for waiter in admitted { waiter.resume(true) }
    }
}
