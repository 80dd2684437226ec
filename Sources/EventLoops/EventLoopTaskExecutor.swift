public import NIOCore

/// Runs Swift tasks on one NIO event loop: `Task(executorPreference: EventLoopTaskExecutor(loop)) { … }`.
///
/// The task and all nonisolated async code that it calls stay on the loop's thread, as do the channels they use, so their
/// shared state needs no lock. Code that blocks there blocks every session of that loop.
public final class EventLoopTaskExecutor: TaskExecutor {
    /// The loop on which the tasks run. It must outlive them.
    public let eventLoop: any EventLoop

    /// Creates an executor for one loop. Several executors may share a loop.
    public init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Runs a job in the loop's next iteration: in the order of the calls, and never within this call.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
