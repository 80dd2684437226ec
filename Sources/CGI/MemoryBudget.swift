internal import Synchronization

/// The memory that all bodies in a process may use in total, in bytes. A limit for each body alone would not bound the memory
/// that many callers use together.
///
/// A large body must leave an eighth of the budget free, so that large bodies never exclude small ones. If too little is left
/// for a body, it may wait; waiting bodies are admitted in the order of their arrival.
public final class MemoryBudget: Sendable {
    /// The size in bytes above which a body is large.
    private static let large = 1 << 20

    /// The maximum number of bodies that wait for memory.
    private static let waitingLimit = 64

    private let capacity: Int
    private let state: Mutex<State>

    private struct State {
        var free: Int
        var waiting: [Waiter] = []

        /// Enlarges a reservation to `size` bytes, unless less than `rest` bytes would then be free.
        mutating func grow(_ share: Reservation, to size: Int, leaving rest: Int) -> Bool {
            let growth = size - share.size
            guard growth <= free - rest else { return false }
            free -= growth
            share.hold(size)
            return true
        }
    }

    private struct Waiter {
        let share: Reservation
        let size: Int
        let resume: @Sendable (Bool) -> Void
    }

    /// Creates a budget.
    ///
    /// - Parameter capacity: the total size in bytes, at least 1.
    public init(capacity: Int) {
        self.capacity = capacity
        state = Mutex(State(free: capacity))
    }

    /// The number of bodies that wait for memory.
    package var waiterCount: Int { state.withLock { $0.waiting.count } }

    /// A budget without a limit, for a process that handles only one request.
    public static var unlimited: MemoryBudget { MemoryBudget(capacity: .max) }

    /// One exchange's reservation of memory in the budget. It is released when the last reference to it is dropped.
    ///
    /// It has one owner at a time, and only the owner changes it.
    public final class Reservation: Sendable {
        private let budget: MemoryBudget
        private let taken = Atomic(0)

        /// The reserved memory, in bytes.
        public var size: Int { taken.load(ordering: .relaxed) }

        /// Creates a reservation of 0 bytes.
        ///
        /// - Parameter budget: the budget in which memory is reserved.
        public init(of budget: MemoryBudget) {
            self.budget = budget
        }

        deinit {
            if size > 0 { budget.giveBack(size) }
        }

        /// Changes the reservation to `newSize` bytes, for data that is already in memory. May use the whole budget.
        ///
        /// - Parameter newSize: the new size, in bytes; it may be smaller.
        /// - Returns: false if the budget has too little left; the reservation is then unchanged.
        public func resize(to newSize: Int) -> Bool {
            let growth = newSize - size
            if growth <= 0 {
                taken.store(newSize, ordering: .relaxed)
                if growth < 0 { budget.giveBack(-growth) }
                return true
            }
            return budget.state.withLock { $0.grow(self, to: newSize, leaving: 0) }
        }

        /// Changes the reservation to `newSize` bytes, for a body that has not been received yet.
        ///
        /// - Parameter newSize: the new size, in bytes. If it is above 1 MiB, an eighth of the budget must stay free.
        /// - Returns: false if the budget has too little left; the reservation is then unchanged.
        public func admit(_ newSize: Int) -> Bool {
            guard newSize > size else { return resize(to: newSize) }
            return budget.state.withLock { $0.grow(self, to: newSize, leaving: budget.remainder(beside: newSize)) }
        }

        /// Like ``admit(_:)``, but waits if the budget has too little left.
        ///
        /// - Parameters:
        ///   - newSize: the new size, in bytes.
        ///   - resume: called once, on any thread and possibly within this call, with whether the memory was reserved. Until
        ///     then the reservation must not be used.
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

        /// If the reservation is waiting for memory, stops waiting: its `resume` is called with false.
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

    /// How many bytes of the budget a body of `size` bytes must leave free.
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
