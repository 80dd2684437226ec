internal import NIOCore

/// The process's state that the retry policy needs: the bases' circuit breakers and the retry budget.
protocol RetryConditions {
    /// Whether the base's circuit breaker admits a request.
    func admits(base: Int) -> Bool

    /// Takes a retry from the process's budget.
    ///
    /// - Returns: false when the budget is exhausted.
    func withdrawRetry() -> Bool
}

/// Decides where one request upstream is sent, and after each failure whether it is sent again.
///
/// Performs no I/O: each input is a function that returns the next action. All attempts share one deadline and one
/// `Idempotency-Key`, by which upstream can tell them from new requests.
///
/// | failure                                         | next attempt                                     | costs a retry of the budget |
/// |-------------------------------------------------|--------------------------------------------------|------|
/// | the idle connection was closed by upstream      | at once, same base, on a new connection          | no   |
/// | transient, and a base has not been asked yet    | at once, at that base                            | no   |
/// | credentials or quota of this base               | at once, at a base that has not been asked yet   | no   |
/// | transient, and all bases have been asked        | after a backoff, from the first base on          | yes  |
/// | the request was corrected or has another model  | at once, from the first base on                  | no   |
/// | any other                                       | none                                             |      |
struct RetryPolicy: ~Copyable {
    enum Action: Equatable {
        case send(Attempt)
        /// Wait, then call ``pauseEnded(_:)``.
        case pause(Duration)
    }

    struct Attempt: Equatable {
        /// The number of the base to ask.
        var base: Int
        /// Whether the same request was sent before and the failure was not merely that of a stale connection.
        var isRetry = false
        /// Whether the attempt must use a new connection instead of an idle one.
        var needsNewConnection = false
    }

    /// How the request differs from the one that failed.
    enum Change {
        /// Something that upstream rejected was removed.
        case corrected
        /// It names another model.
        case otherModel
    }

    /// How often one request is corrected at most; each correction removes something else.
    private static let maximumCorrections = 4

    private let baseCount: Int
    private let maximumRetries: Int
    private let deadline: NIODeadline
    /// The base that was asked last.
    private(set) var base = 0
    /// The bases that have failed since the first one was last asked.
    private var failed: [Int] = []
    private var retries = 0
    private var corrections = 0
    /// Whether all useful attempts have been made: a retry by the client is pointless.
    private(set) var isExhausted = false

    /// - Parameters:
    ///   - baseCount: at least 1.
    ///   - maximumRetries: how often all bases together may be asked again.
    ///   - deadline: no pause goes beyond it.
    init(baseCount: Int, maximumRetries: Int, deadline: NIODeadline) {
        self.baseCount = baseCount
        self.maximumRetries = maximumRetries
        self.deadline = deadline
    }

    // MARK: Inputs

    /// - Returns: the first attempt.
    mutating func start(_ conditions: some RetryConditions) -> Action {
        send(conditions, isRetry: false)
    }

    /// An attempt, or the stream that it returned, has failed before anything of it was sent to the client.
    ///
    /// - Parameters:
    ///   - outcome: how it failed.
    ///   - now: the time.
    /// - Returns: nil when sending the same request again does not help.
    mutating func attemptFailed(
        _ outcome: AttemptOutcome, now: NIODeadline, _ conditions: some RetryConditions
    ) -> Action? {
        switch outcome.remedy {
        case .none:
            isExhausted = outcome.upstreamForbidsRetry
            return nil
        case .newConnection:
            return .send(Attempt(base: base, needsNewConnection: true))
        case .otherBase, .retry:
            failed.append(base)
            if failed.count < baseCount { return send(conditions, isRetry: true) }
            return outcome.remedy == .retry ? pause(asked: outcome.delay, now: now, conditions) : nil
        }
    }

    /// - Returns: the attempt after the pause. The base is chosen now, because the circuit breakers may have changed.
    mutating func pauseEnded(_ conditions: some RetryConditions) -> Action {
        send(conditions, isRetry: true)
    }

    /// The request has been changed after ``attemptFailed(_:now:_:)`` returned nil.
    ///
    /// - Returns: nil when it has been corrected too often.
    mutating func requestChanged(_ change: Change, _ conditions: some RetryConditions) -> Action? {
        if change == .corrected {
            guard corrections < Self.maximumCorrections else { return nil }
            corrections += 1
        }
        failed = []
        return send(conditions, isRetry: false)
    }

    // MARK: Decisions

    /// The budget protects a failing upstream; the first attempt at another base is not charged.
    private mutating func pause(
        asked: Duration?, now: NIODeadline, _ conditions: some RetryConditions
    ) -> Action? {
        guard let delay = Backoff.delay(retry: retries, asked: asked), now + TimeAmount(delay) < deadline else {
            isExhausted = retries > 0
            return nil
        }
        guard retries < maximumRetries, conditions.withdrawRetry() else {
            isExhausted = maximumRetries > 0 || retries > 0
            return nil
        }
        failed = []
        return .pause(delay)
    }

    /// Chooses the first base that has not failed and whose circuit breaker admits requests; if there is none, the first
    /// that has not failed.
    private mutating func send(_ conditions: some RetryConditions, isRetry: Bool) -> Action {
        if isRetry { retries += 1 }
        if baseCount > 1 {
            let candidates = (0..<baseCount).filter { !failed.contains($0) }
            base = candidates.first(where: conditions.admits) ?? candidates[0]
        }
        return .send(Attempt(base: base, isRetry: isRetry))
    }
}

/// How long to wait before a retry.
enum Backoff {
    private static let first = Duration.milliseconds(250)
    private static let longest = Duration.seconds(8)
    /// The longest delay that is accepted from upstream. Longer waits are left to the client, which gets the error at once.
    private static let longestAsked = Duration.seconds(60)

    /// Doubles with each retry, minus up to 50 % jitter, so that requests that failed together do not retry together.
    ///
    /// - Parameters:
    ///   - retry: the number of the retry, from 0.
    ///   - asked: the delay that upstream asks for; nil if it asks for none.
    /// - Returns: nil when upstream asks for too long a delay.
    static func delay(retry: Int, asked: Duration?) -> Duration? {
        guard let asked else {
            let full = min(first * (1 << min(retry, 10)), longest)
            return full * Double.random(in: 0.5...1)
        }
        guard asked <= longestAsked else { return nil }
        return asked * Double.random(in: 1...1.1)
    }
}
