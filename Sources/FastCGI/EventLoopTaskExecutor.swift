public import NIOCore

/// Runs Swift tasks on one NIO event loop: `Task(executorPreference: EventLoopTaskExecutor(loop)) { … }`.
///
/// The task and all nonisolated async code below it stay on the loop's thread, next to the channels they talk to, so
/// nothing they share needs a lock. Code that blocks there blocks every exchange of that loop.
public final class EventLoopTaskExecutor: TaskExecutor {
    /// Where the tasks run. It must outlive them.
    public let eventLoop: any EventLoop

    /// An executor for one loop. Two for the same loop do no harm.
    public init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Runs a job in the loop's next turn: in order, and never within this call.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
