internal import EventLoops
package import NIOEmbedded
internal import Synchronization

/// A task on an event loop whose time the test advances. It runs only while the event loop does.
package final class LoopTask<Value: Sendable>: Sendable {
    private final class Box: Sendable {
        let value = Mutex<Value?>(nil)
    }

    private let box = Box()
    private let eventLoop: EmbeddedEventLoop
    private let task: Task<Void, Never>

    /// Starts the task, which runs until it suspends for the first time.
    package init(on eventLoop: EmbeddedEventLoop, _ body: @escaping @Sendable () async -> Value) {
        self.eventLoop = eventLoop
        task = Task(executorPreference: EventLoopTaskExecutor(eventLoop)) { [box] in
            let value = await body()
            box.value.withLock { $0 = value }
        }
        eventLoop.run()
    }

    /// The task's result; nil while it runs.
    package var value: Value? { box.value.withLock { $0 } }

    /// Whether the task has ended.
    package var isDone: Bool { value != nil }

    /// Cancels the task, and runs what it does then.
    package func cancel() {
        task.cancel()
        eventLoop.run()
    }
}
