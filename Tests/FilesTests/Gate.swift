import Threads

/// A gate at which threads wait until it is opened.
///
/// `@unchecked Sendable`: the lock guards both variables.
final class Gate: @unchecked Sendable {
    private let condition = Condition()
    private var isOpen = false
    private var waiting = 0

    func open() {
        condition.withLock {
            isOpen = true
            condition.broadcast()
        }
    }

    func close() {
        condition.withLock { isOpen = false }
    }

    func wait() {
        condition.withLock {
            waiting += 1
            condition.broadcast()
            condition.wait { isOpen }
            waiting -= 1
        }
    }

    /// Waits until a thread has arrived at the gate.
    func waitForArrival() {
        condition.withLock { condition.wait { waiting > 0 } }
    }
}
