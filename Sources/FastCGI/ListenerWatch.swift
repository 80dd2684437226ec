internal import Synchronization
internal import Threads

/// Detects that a listener's file was removed or replaced, for example by an installer's cleanup, and listens again. Otherwise
/// the process would keep running but never receive a request.
///
/// It runs on its own thread, because the directory may be on a file system that does not respond.
final class ListenerWatch: Sendable {
    /// The time between two checks, in seconds.
    private static let interval = 1.0

    private let condition = Condition()
    private let isEnded = Atomic(false)

    /// - Parameters:
    ///   - listener: the listener to check.
    ///   - serverLoop: the server loop that has to watch the new socket.
    ///   - report: called with nil each time the socket was created again. If that fails, called with the error once, and not
    ///     again for repeated failures.
    init(_ listener: Listener, _ serverLoop: ServerLoop, report: @escaping @Sendable (StartError?) -> Void)
        throws(ThreadError)
    {
        try Thread.start(name: "listener-watch") { [condition, self] in
            var hasFailed = false
            while !condition.withLock({ condition.wait(seconds: Self.interval) { isEnded.load(ordering: .relaxed) } }) {
                guard listener.isLost else {
                    hasFailed = false
                    continue
                }
                do throws(StartError) {
                    try listener.reopen()
                    serverLoop.watchListenerAnew()
                    report(nil)
                } catch {
                    if !hasFailed { report(error) }
                    hasFailed = true
                }
            }
        }
    }

    /// Stops checking.
    func end() {
        condition.withLock {
            isEnded.store(true, ordering: .relaxed)
            condition.broadcast()
        }
    }
}
