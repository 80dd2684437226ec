internal import CProcess
internal import Glibc

/// Starts threads for blocking work: waiting in epoll, looking up names, writing the log.
public enum Thread {
    /// Starts a detached thread with all signals blocked. A signal that interrupts a read or write in libfcgi would break its
    /// stream; and the program handles signals elsewhere.
    ///
    /// - Parameters:
    ///   - name: the name that ps(1) and debuggers show; the kernel truncates it to 15 bytes.
    ///   - stackSize: the stack's size in bytes. The default suffices for this program's code; other libraries may need more.
    ///   - body: the closure to run. The thread ends when it returns.
    /// - Throws: ``ThreadError`` if the system cannot start another thread.
    public static func start(
        name: String, stackSize: Int = 256 * 1024, _ body: @escaping @Sendable () -> Void
    ) throws(ThreadError) {
        let start = Unmanaged.passRetained(Body(name: name, run: body)).toOpaque()
        let code = withSignalsBlocked { create(start, stackSize: stackSize) }
        guard code == 0 else {
            Unmanaged<Body>.fromOpaque(start).release()
            throw ThreadError(code: code)
        }
    }

    private static func create(_ argument: UnsafeMutableRawPointer, stackSize: Int) -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, runBody, argument)
        pthread_attr_destroy(&attributes)
        return code
    }

    /// A new thread inherits the signal mask of the thread that starts it.
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
        _ = name_this_thread(body.name)
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

/// The system could not start a thread.
public struct ThreadError: Error, Sendable {
    /// The system's error number, from pthread_create(3).
    public let code: Int32
}
