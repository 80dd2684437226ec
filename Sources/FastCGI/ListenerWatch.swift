internal import Synchronization
internal import Threads

/// Notices that a listener's file was removed or replaced, as by an installer that cleans up, and listens anew: otherwise
/// the process would live on without a single request.
///
/// On a thread of its own, since the directory may be on a file system that does not answer.
final class ListenerWatch: Sendable {
    /// The time between two looks, in seconds.
    private static let interval = 1.0

    private let condition = Condition()
    private let isEnded = Atomic(false)

    /// - Parameters:
    ///   - listener: what is looked after.
    ///   - watcher: has to watch the new socket.
    ///   - report: is called once each time: with nil when the file was made anew, with what prevents it when not.
    init(_ listener: Listener, _ watcher: Watcher, report: @escaping @Sendable (StartError?) -> Void)
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
                    watcher.watchListenerAnew()
                    report(nil)
                } catch {
                    if !hasFailed { report(error) }
                    hasFailed = true
                }
            }
        }
    }

    /// Looks no more.
    func end() {
        condition.withLock {
            isEnded.store(true, ordering: .relaxed)
            condition.broadcast()
        }
    }
}
