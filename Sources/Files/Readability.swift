/// Whether a file can be read; if not, since when and why, and when that is to be reported. It only calculates: the file is looked
/// at elsewhere.
///
/// A look is an attempt to see whether the file has changed. Looks of one file do not overlap.
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

    /// How long the content stays valid when the file cannot be read any more; nil for no limit.
    private let grace: Duration?
    private var lookBegan: Instant?
    private var trouble: Trouble?

    init(grace: Duration?) {
        self.grace = grace
    }

    /// Whether the last look could read the file.
    var isReadable: Bool { trouble == nil }

    /// Whether it has been unreadable for as long as its grace, so that its content is not valid any more.
    func hasExpired(at now: Instant) -> Bool {
        guard let trouble, let grace else { return false }
        return now - trouble.since >= grace
    }

    /// A look has been ordered. If one is under way, the time still counts from its beginning.
    mutating func lookBegins(at now: Instant) {
        if lookBegan == nil { lookBegan = now }
    }

    /// A look has read the file, or seen that it has not changed.
    mutating func lookSucceeds(at now: Instant) -> FileEvent? {
        lookBegan = nil
        guard let since = trouble?.since else { return nil }
        trouble = nil
        return .readableAgain(after: now - since)
    }

    /// A look could not read the file.
    ///
    /// - Parameter isRequested: whether an operator has requested the look, so that its outcome is reported in any case.
    mutating func lookFails(_ reason: String, isRequested: Bool, at now: Instant) -> FileEvent? {
        let since = trouble?.since ?? lookBegan ?? now
        lookBegan = nil
        guard trouble != nil, !isRequested else { return begin(since, reason, at: now) }
        trouble?.reason = reason
        return nil
    }

    /// Some time has passed.
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

    /// Begins the trouble, or has it reported again.
    private mutating func begin(_ since: Instant, _ reason: String, at now: Instant) -> FileEvent {
        trouble = Trouble(
            since: since, reason: reason, nextReport: now + Self.reportInterval,
            hasReportedEnd: trouble?.hasReportedEnd ?? false)
        return .unreadable(for: now - since, reason: reason)
    }
}

/// A change in how a file can be read.
public enum FileEvent: Sendable, Equatable {
    /// It has been read, because it had changed or on request.
    case read
    /// It cannot be read, and keeps the content that it had. Reported at once, then every ten minutes.
    case unreadable(for: Duration, reason: String)
    /// It can be read again.
    case readableAgain(after: Duration)
    /// It has been unreadable for longer than its grace, so that its content is not valid any more.
    case expired(after: Duration, reason: String)
}
