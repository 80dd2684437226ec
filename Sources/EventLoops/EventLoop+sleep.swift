public import NIOCore

extension EventLoop {
    /// Suspends the task until the time has passed on this event loop's clock or the task is cancelled.
    ///
    /// - Parameter time: how long.
    public func sleep(for time: TimeAmount) async {
        let timer = scheduleTask(in: time) {}
        await withTaskCancellationHandler {
            try? await timer.futureResult.get()
        } onCancel: {
            timer.cancel()
        }
    }
}
