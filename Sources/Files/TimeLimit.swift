internal import Threads

/// Limits how long to wait for a call that may block forever.
public enum TimeLimit {
    /// Runs a closure on a thread of its own and waits for it for a limited time.
    ///
    /// - Parameters:
    ///   - seconds: how long to wait, by the monotonic clock; from zero on.
    ///   - body: what may block, such as reading from a mount whose server has gone.
    /// - Returns: the closure's result; nil if it takes longer. Then its thread is left to itself.
    public static func run<Value: Sendable>(seconds: Double, _ body: @escaping @Sendable () -> Value) -> Value? {
        let outcome = Outcome<Value>()
        do throws(ThreadError) {
            try Thread.start(name: "time-limit") { outcome.set(body()) }
        } catch {
            // Without a thread there is no limit.
            return body()
        }
        return outcome.wait(seconds: seconds)
    }

    /// `@unchecked Sendable`: the value is touched with the lock held only.
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
