internal import NIOCore

/// Calls an action whenever a stream has been silent for a time. Used on one event loop only.
///
/// Costs nothing per event: one task looks, when it is due, how long ago the last sign of life was, and waits the rest.
final class Heartbeat {
    private let interval: TimeAmount
    private let eventLoop: any EventLoop
    private var lastSign = NIODeadline.now()
    private var next: Scheduled<Void>?

    init(every interval: TimeAmount, on eventLoop: any EventLoop) {
        self.interval = interval
        self.eventLoop = eventLoop
    }

    /// Begins to count. The action is kept until ``stop()``.
    func start(_ action: @escaping () -> Void) {
        lastSign = .now()
        schedule(action)
    }

    /// Notes a sign of life.
    func postpone() {
        lastSign = .now()
    }

    func stop() {
        next?.cancel()
        next = nil
    }

    private func schedule(_ action: @escaping () -> Void) {
        next = eventLoop.assumeIsolated().scheduleTask(deadline: lastSign + interval) { [self] in
            if NIODeadline.now() - lastSign >= interval {
                action()
                lastSign = .now()
            }
            schedule(action)
        }
    }
}
