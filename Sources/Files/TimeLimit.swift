internal import Threads

/// Limits the wait for a call that may block forever.
public enum TimeLimit {
    /// Runs a closure on a separate thread and waits for it for a limited time. If no thread can be started, runs it on this
    /// thread, without a limit.
    ///
    /// - Parameters:
    ///   - seconds: how long to wait, measured by the monotonic clock; at least 0.
    ///   - body: the closure that may block, for example because it reads from a mount whose server is unreachable.
    /// - Returns: the closure's result; nil if the closure takes longer. Its thread then continues in the background.
    public static func run<Value: Sendable>(seconds: Double, _ body: @escaping @Sendable () -> Value) -> Value? {
        let outcome = Outcome<Value>()
        do throws(ThreadError) {
            try Thread.start(name: "time-limit") { outcome.set(body()) }
        } catch {
            return body()
        }
        return outcome.wait(seconds: seconds)
    }

    /// `@unchecked Sendable`: the value is accessed only with the lock held.
    private final class Outcome<Value: Sendable>: @unchecked Sendable {
        private let condition = Condition()
        private var value: Value?

        func set(_ value: Value) {
            condition.withLock {
                self.value = value
                condition.broadcast()
            }
        }

        func wait(seconds: Double) -> Value? {
            condition.withLock {
                _ = condition.wait(seconds: seconds) { value != nil }
                return value
            }
        }
    }
}
