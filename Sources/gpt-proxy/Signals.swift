internal import Glibc
internal import Synchronization

/// Signals, taken in one thread that waits for them; everywhere else they are blocked, since libfcgi's system calls must
/// not be interrupted.
enum Signals {
    private static let stopping: [Int32] = [SIGTERM, SIGINT, SIGUSR1]

    /// Blocks the signals in this thread and in those that it starts. To be called before there are others.
    static func blockAll() {
        var set = signalSet
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for an order to stop, and says which it was.
    static func next() async -> Int32 {
        await withCheckedContinuation { continuation in
            onThread { continuation.resume(returning: wait()) }
        }
    }

    /// From now on an order to stop ends the process: who asks twice is in a hurry.
    static func endProcessAtNext() {
        onThread {
            _ = wait()
            exit(1)
        }
    }

    private static var signalSet: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in stopping + [SIGHUP] { sigaddset(&set, signal) }
        return set
    }

    private static func wait() -> Int32 {
        var set = signalSet
        var signal: Int32 = 0
        repeat { sigwait(&set, &signal) } while !stopping.contains(signal)
        return signal
    }

    private static func onThread(_ work: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(work))
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().work() }
                return nil
            }, box.toOpaque())
        pthread_detach(thread)
    }

    private final class Box: Sendable {
        let work: @Sendable () -> Void

        init(_ work: @escaping @Sendable () -> Void) {
            self.work = work
        }
    }
}
