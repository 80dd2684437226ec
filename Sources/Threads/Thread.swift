internal import CFastCGI
internal import Glibc

/// Threads for what blocks: waiting in epoll, reading inside libfcgi.
enum Thread {
    private static let stackSize = 256 * 1024

    /// Starts a detached thread that takes no signals: one that interrupts libfcgi's read or write breaks its stream,
    /// and handling signals is the program's business.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(StartError) {
        let start = Unmanaged.passRetained(Body(name: name, run: body)).toOpaque()
        let code = withSignalsBlocked { create(start) }
        guard code == 0 else {
            Unmanaged<Body>.fromOpaque(start).release()
            throw StartError("start a thread", code: code, remedy: "raise the limit on threads (ulimit -u, TasksMax)")
        }
    }

    private static func create(_ argument: UnsafeMutableRawPointer) -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, runBody, argument)
        pthread_attr_destroy(&attributes)
        return code
    }

    /// A thread inherits the mask of the one that starts it.
    private static func withSignalsBlocked(_ start: () -> Int32) -> Int32 {
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        let code = start()
        pthread_sigmask(SIG_SETMASK, &previous, nil)
        return code
    }

    private static let runBody: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        pthread_setname_np(pthread_self(), body.name)
        body.run()
        return nil
    }

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }
}
