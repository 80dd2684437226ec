internal import Glibc
internal import Synchronization

/// Signals, taken by the main thread, which does nothing else; everywhere else they are blocked, since libfcgi's system
/// calls must not be interrupted.
enum Signals {
    private static let taken: [Int32] = [SIGTERM, SIGINT, SIGUSR1, SIGHUP]

    /// What the order to look at files again does.
    private static let reload = Mutex<(@Sendable () -> Void)?>(nil)

    /// Who waits for an order to stop.
    private static let waiter = Mutex<CheckedContinuation<Int32, Never>?>(nil)

    /// Blocks the signals in this thread and in those that it starts. To be called before there are others.
    static func blockAll() {
        var set = signalSet
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for an order to stop, and says which it was.
    static func next() async -> Int32 {
        await withCheckedContinuation { continuation in
            waiter.withLock { $0 = continuation }
        }
    }

    /// Has SIGHUP do something from now on.
    static func onReload(_ action: @escaping @Sendable () -> Void) {
        reload.withLock { $0 = action }
    }

    /// Hands each order to stop to whoever waits for one. When nobody does, because the program does not serve or is
    /// stopping already, the signal does what it does to every process.
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
            if let continuation { continuation.resume(returning: signal) } else { die(of: signal) }
        }
    }

    private static func die(of signal: Int32) {
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
