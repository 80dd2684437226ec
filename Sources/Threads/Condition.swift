internal import Glibc

/// A lock with a condition on which threads wait, for a limited time if they like: POSIX's mutex and condition variable.
///
/// The time is measured by the monotonic clock: setting the system's clock changes no wait.
///
/// `@unchecked Sendable`: both are made to be shared, and stay at one address.
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

    /// Runs something with the lock held.
    ///
    /// - Parameter body: what is run.
    /// - Returns: what it returns.
    public func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Waits, with the lock held, until something holds. The lock is free meanwhile.
    ///
    /// - Parameter holds: what is looked at after each ``broadcast()``.
    public func wait(until holds: () -> Bool) {
        while !holds() { pthread_cond_wait(condition, mutex) }
    }

    /// As ``wait(until:)``, for a limited time.
    ///
    /// - Parameters:
    ///   - seconds: from zero on.
    ///   - holds: what is looked at after each ``broadcast()``.
    /// - Returns: whether it holds.
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

    /// Has all who wait look again.
    public func broadcast() {
        pthread_cond_broadcast(condition)
    }
}
