internal import Glibc

/// A lock and a condition on which threads wait, optionally with a timeout: a POSIX mutex and condition variable.
///
/// Timeouts use the monotonic clock, so setting the system's clock does not change them.
///
/// `@unchecked Sendable`: POSIX mutexes and condition variables may be used from several threads, and these are never moved.
public final class Condition: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// Creates an unlocked condition without waiting threads.
    public init() {
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        condition.initialize(to: pthread_cond_t())
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Calls a closure with the lock held.
    ///
    /// - Parameter body: the closure to call.
    /// - Returns: the closure's result.
    /// - Throws: the closure's error.
    public func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Waits until a predicate is true. The caller must hold the lock; it is released while waiting.
    ///
    /// - Parameter holds: the predicate, evaluated first at the start and then after each ``broadcast()``.
    public func wait(until holds: () -> Bool) {
        while !holds() { pthread_cond_wait(condition, mutex) }
    }

    /// Like ``wait(until:)``, with a timeout.
    ///
    /// - Parameters:
    ///   - seconds: the timeout; at least 0.
    ///   - holds: the predicate, evaluated first at the start and then after each ``broadcast()``.
    /// - Returns: whether the predicate is true; false after the timeout.
    public func wait(seconds: Double, until holds: () -> Bool) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + Int(seconds.truncatingRemainder(dividingBy: 1) * 1e9)
        deadline.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        while !holds() {
            guard pthread_cond_timedwait(condition, mutex, &deadline) != ETIMEDOUT else { return holds() }
        }
        return true
    }

    /// Wakes all waiting threads, which then evaluate their predicates again.
    public func broadcast() {
        pthread_cond_broadcast(condition)
    }
}
