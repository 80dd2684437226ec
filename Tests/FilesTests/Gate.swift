import Threads

/// Threads wait at a gate until it is opened.
///
/// `@unchecked Sendable`: both are touched with the lock held only.
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

    /// Waits until somebody waits.
    func waitForSomebody() {
        condition.withLock { condition.wait { waiting > 0 } }
    }
}
