internal import NIOCore

/// Calls an action whenever a stream has sent nothing for an interval. Used on one event loop only.
///
/// Costs nothing per event: one scheduled task checks when the stream last sent something, and is scheduled again for the
/// remaining time.
final class Heartbeat {
    private let interval: TimeAmount
    private let eventLoop: any EventLoop
    private var lastSign: NIODeadline
    private var next: Scheduled<Void>?

    init(every interval: TimeAmount, on eventLoop: any EventLoop) {
        self.interval = interval
        self.eventLoop = eventLoop
        lastSign = eventLoop.now
    }

    /// Starts the interval. The action is retained until ``stop()``.
    func start(_ action: @escaping () -> Void) {
        lastSign = eventLoop.now
        schedule(action)
    }

    /// Restarts the interval: the stream has sent something.
    func postpone() {
        lastSign = eventLoop.now
    }

    func stop() {
        next?.cancel()
        next = nil
    }

    private func schedule(_ action: @escaping () -> Void) {
        next = eventLoop.assumeIsolated().scheduleTask(deadline: lastSign + interval) { [self] in
            if eventLoop.now - lastSign >= interval {
                action()
                lastSign = eventLoop.now
            }
            schedule(action)
        }
    }
}
