internal import Glibc
internal import Synchronization

/// Handles signals on the main thread, which does nothing else. All other threads block them, because libfcgi's system calls
/// must not be interrupted.
enum Signals {
    private static let taken: [Int32] = [SIGTERM, SIGINT, SIGUSR1, SIGHUP]

    /// The action of SIGHUP.
    private static let reload = Mutex<(@Sendable () -> Void)?>(nil)

    /// The continuation of `next()`, while it waits.
    private static let waiter = Mutex<CheckedContinuation<Int32, Never>?>(nil)

    /// Blocks the signals in this thread and in the threads that it starts. Call it before other threads exist.
    static func blockAll() {
        var set = signalSet
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for a stop signal and returns its number.
    static func next() async -> Int32 {
        await withCheckedContinuation { continuation in
            waiter.withLock { $0 = continuation }
        }
    }

    /// Sets the action of SIGHUP.
    static func onReload(_ action: @escaping @Sendable () -> Void) {
        reload.withLock { $0 = action }
    }

    /// Delivers each stop signal to the waiting `next()`. If none is waiting, because the program is not serving or is already
    /// stopping, the signal has its default action.
    static func deliverForever() -> Never {
        var set = signalSet
        while true {
            var signal: Int32 = 0
            sigwait(&set, &signal)
            if signal == SIGHUP, let action = reload.withLock({ $0 }) {
                action()
                continue
            }
            let continuation = waiter.withLock { waiter in
                defer { waiter = nil }
                return waiter
            }
            if let continuation { continuation.resume(returning: signal) } else { end(by: signal) }
        }
    }

    private static func end(by signal: Int32) {
        Glibc.signal(signal, SIG_DFL)
        var set = signalSet
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(signal)
    }

    private static var signalSet: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in taken { sigaddset(&set, signal) }
        return set
    }
}
