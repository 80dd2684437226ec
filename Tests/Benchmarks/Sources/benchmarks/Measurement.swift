import AllocationCounter

/// What one run of an operation costs.
enum Measurement {
    /// The median of many short samples: a sample that something else disturbed does not count.
    static func nanoseconds(of operation: () -> Void) -> Double {
        let clock = ContinuousClock()
        func time(_ count: Int) -> Duration {
            clock.measure { for _ in 0..<count { operation() } }
        }
        var count = 1
        while time(count) < .milliseconds(2) { count *= 2 }
        let samples = (0..<101).map { _ in time(count) / count }.sorted()
        return samples[samples.count / 2] / .nanoseconds(1)
    }

    /// How often memory is asked for, once everything that is made only once is there.
    static func allocations(of operation: () -> Void) -> Double {
        let count = 1000
        for _ in 0..<count { operation() }
        let before = allocation_count()
        for _ in 0..<count { operation() }
        return Double(allocation_count() - before) / Double(count)
    }
}
