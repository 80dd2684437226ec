internal import Glibc

/// A POSIX semaphore, which a thread may wait on for a limited time.
///
/// `@unchecked Sendable`: `sem_t` is made to be shared, and stays at one address.
final class Semaphore: @unchecked Sendable {
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        semaphore = .allocate(capacity: 1)
        semaphore.initialize(to: sem_t())
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() {
        sem_post(semaphore)
    }

    func wait() {
        while sem_wait(semaphore) != 0 {}
    }

    /// Waits at most `seconds`; false when they went by. Setting the system's clock may make that sooner or later.
    func wait(seconds: Int) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += seconds
        return sem_timedwait(semaphore, &deadline) == 0
    }
}
