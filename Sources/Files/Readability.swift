/// Records whether a file can be read; if it cannot, since when and why, and when to report that. It does no I/O.
///
/// A look is one check whether the file has changed. The looks at one file do not overlap.
struct Readability: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// How long a look may take before the file counts as unreadable.
    static let patience = Duration.seconds(10)
    /// The time between two reports about a file that stays unreadable.
    static let reportInterval = Duration.seconds(600)

    private struct Trouble {
        let since: Instant
        var reason: String
        var nextReport: Instant
        var hasReportedEnd = false
    }

    /// How long the content stays valid after the file has become unreadable; nil for no limit.
    private let grace: Duration?
    private var lookBegan: Instant?
    private var trouble: Trouble?

    init(grace: Duration?) {
        self.grace = grace
    }

    /// Whether the last look could read the file.
    var isReadable: Bool { trouble == nil }

    /// Whether it has been unreadable for its grace period or longer, so that its content is no longer valid.
    func hasExpired(at now: Instant) -> Bool {
        guard let trouble, let grace else { return false }
        return now - trouble.since >= grace
    }

    /// Records that a look was scheduled. If one is already running, its time limit does not start again.
    mutating func lookBegins(at now: Instant) {
        if lookBegan == nil { lookBegan = now }
    }

    /// Records that a look has read the file or found it unchanged. Returns the event to report.
    mutating func lookSucceeds(at now: Instant) -> FileEvent? {
        lookBegan = nil
        guard let since = trouble?.since else { return nil }
        trouble = nil
        return .readableAgain(after: now - since)
    }

    /// Records that a look could not read the file. Returns the event to report.
    ///
    /// - Parameter isRequested: whether an operator has requested the look; its outcome is then always reported.
    mutating func lookFails(_ reason: String, isRequested: Bool, at now: Instant) -> FileEvent? {
        let since = trouble?.since ?? lookBegan ?? now
        lookBegan = nil
        guard trouble != nil, !isRequested else { return begin(since, reason, at: now) }
        trouble?.reason = reason
        return nil
    }

    /// Returns the events to report because of the time that has passed.
    mutating func advance(to now: Instant) -> [FileEvent] {
        var events: [FileEvent] = []
        if trouble == nil, let lookBegan, now - lookBegan >= Self.patience {
            let reason = "it has not answered for \(Self.patience.components.seconds) s"
            events.append(begin(lookBegan, reason, at: now))
        } else if let trouble, now >= trouble.nextReport {
            events.append(begin(trouble.since, trouble.reason, at: now))
        }
        if let trouble, !trouble.hasReportedEnd, hasExpired(at: now) {
            self.trouble?.hasReportedEnd = true
            events.append(.expired(after: now - trouble.since, reason: trouble.reason))
        }
        return events
    }

    /// Records that the file is unreadable, or that it is reported again. Returns the event to report.
    private mutating func begin(_ since: Instant, _ reason: String, at now: Instant) -> FileEvent {
        trouble = Trouble(
            since: since, reason: reason, nextReport: now + Self.reportInterval,
            hasReportedEnd: trouble?.hasReportedEnd ?? false)
        return .unreadable(for: now - since, reason: reason)
    }
}

/// An event about a watched file.
public enum FileEvent: Sendable, Equatable {
    /// It was read, because it had changed or on request.
    case read
    /// It cannot be read; its previous content stays in use. Reported immediately and then every 10 minutes.
    case unreadable(for: Duration, reason: String)
    /// It can be read again, after the given time.
    case readableAgain(after: Duration)
    /// It has been unreadable for its grace period or longer, so its content is no longer valid.
    case expired(after: Duration, reason: String)
}
