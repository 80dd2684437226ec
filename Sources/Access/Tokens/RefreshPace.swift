/// How often published data is fetched: on demand, but at most once a minute, and again after an hour.
struct RefreshPace {
    private static let shortest = Duration.seconds(60)
    private static let longest = Duration.seconds(3600)

    private var attempted: ContinuousClock.Instant?

    /// Whether the data should be fetched again.
    func isStale(at now: ContinuousClock.Instant) -> Bool {
        attempted.map { now - $0 >= Self.longest } ?? true
    }

    /// Whether the data may be fetched now; if so, counts it as fetched.
    mutating func mayRefresh(at now: ContinuousClock.Instant) -> Bool {
        if let attempted, now - attempted < Self.shortest { return false }
        attempted = now
        return true
    }
}
