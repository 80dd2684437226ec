/// How often something is fetched that others publish: when it is asked for, but not twice a minute; and not kept for more
/// than an hour without a look.
struct RefreshPace {
    private static let shortest = Duration.seconds(60)
    private static let longest = Duration.seconds(3600)

    private var attempted: ContinuousClock.Instant?

    /// Whether it is time to look for changes.
    func isStale(at now: ContinuousClock.Instant) -> Bool {
        attempted.map { now - $0 >= Self.longest } ?? true
    }

    /// Whether it may be fetched now, which then counts as done.
    mutating func mayRefresh(at now: ContinuousClock.Instant) -> Bool {
        if let attempted, now - attempted < Self.shortest { return false }
        attempted = now
        return true
    }
}
