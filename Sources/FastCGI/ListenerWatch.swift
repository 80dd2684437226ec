internal import NIOCore

/// Notices that a listener's file was removed or replaced, as by an installer that cleans up, and listens anew: otherwise
/// the process would live on without a single request.
enum ListenerWatch {
    private static let interval = Duration.seconds(1)

    /// Looks after it until the task is cancelled.
    ///
    /// - Parameter report: is called once each time: with nil when the file was made anew, with what prevents it when not.
    static func lookAfter(
        _ listener: Listener, _ watcher: Watcher, report: @Sendable (StartError?) -> Void
    ) async {
        var hasFailed = false
        while (try? await Task.sleep(for: interval)) != nil {
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
