import AllocationCounter

/// Measures the cost of one run of an operation.
public enum Measurement {
    /// The time of one run in nanoseconds: the median of many short samples, so that disturbed samples do not matter.
    public static func nanoseconds(of operation: () -> Void) -> Double {
        let clock = ContinuousClock()
        func time(_ count: Int) -> Duration {
            clock.measure { for _ in 0..<count { operation() } }
        }
        var count = 1
        while time(count) < .milliseconds(2) { count *= 2 }
        let samples = (0..<101).map { _ in time(count) / count }.sorted()
        return samples[samples.count / 2] / .nanoseconds(1)
    }

    /// The number of allocations of one run, after a warm-up for allocations that happen only once.
    public static func allocations(of operation: () -> Void, count: Int = 1000) -> Double {
        for _ in 0..<count { operation() }
        let before = allocation_count()
        for _ in 0..<count { operation() }
        return Double(allocation_count() - before) / Double(count)
    }
}
