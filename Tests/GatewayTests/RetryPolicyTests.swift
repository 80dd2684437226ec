import NIOCore
import TestSupport
import Testing

@testable import Gateway

/// Circuit breakers and a retry budget that the test sets.
private final class Conditions: RetryConditions {
    var broken: Set<Int> = []
    var budget = 100
    func admits(base: Int) -> Bool { !broken.contains(base) }
    func withdrawRetry() -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        return true
    }
}

/// Wraps the noncopyable policy in a class, because `#expect` copies the values in its expression.
private final class Policy {
    private var policy: RetryPolicy
    private let conditions: Conditions
    private let now: NIODeadline

    init(bases: Int, retries: Int, deadline: NIODeadline, now: NIODeadline, _ conditions: Conditions) {
        policy = RetryPolicy(baseCount: bases, maximumRetries: retries, deadline: deadline)
        self.now = now
        self.conditions = conditions
    }

    var isExhausted: Bool { policy.isExhausted }

    func start() -> RetryPolicy.Action { policy.start(conditions) }

    func failed(_ outcome: AttemptOutcome, after time: TimeAmount = .zero) -> RetryPolicy.Action? {
        policy.attemptFailed(outcome, now: now + time, conditions)
    }

    func pauseEnded() -> RetryPolicy.Action { policy.pauseEnded(conditions) }

    func changed(_ change: RetryPolicy.Change) -> RetryPolicy.Action? { policy.requestChanged(change, conditions) }
}

extension AttemptOutcome {
    fileprivate init(_ remedy: Remedy, delay: Duration? = nil, upstreamForbidsRetry: Bool = false) {
        self.init(CancellationError())
        self.remedy = remedy
        self.delay = delay
        self.upstreamForbidsRetry = upstreamForbidsRetry
    }
}

struct RetryPolicyTests {
    private let conditions = Conditions()

    private func policy(bases: Int = 1, retries: Int = 2) -> Policy {
        let now = NIODeadline.uptimeNanoseconds(1_000_000_000)
        return Policy(bases: bases, retries: retries, deadline: now + .seconds(600), now: now, conditions)
    }

    private func attempt(_ base: Int, isRetry: Bool = false, new: Bool = false) -> RetryPolicy.Action {
        .send(.init(base: base, isRetry: isRetry, needsNewConnection: new))
    }

    @Test func `a transient failure is retried after growing pauses, up to the limit`() {
        let policy = policy()
        #expect(policy.start() == attempt(0))
        for retry in 0..<2 {
            guard case .pause(let pause) = policy.failed(.init(.retry)) else {
                Issue.record("no pause before retry \(retry)")
                return
            }
            #expect((.milliseconds(125) ... .milliseconds(250)).contains(pause / (1 << retry)))
            #expect(policy.pauseEnded() == attempt(0, isRetry: true))
        }
        #expect(policy.failed(.init(.retry)) == nil)
        #expect(policy.isExhausted)
        #expect(conditions.budget == 98)
    }

    @Test func `a stale connection costs neither a retry nor budget`() {
        let policy = policy(retries: 0)
        conditions.budget = 0
        _ = policy.start()
        #expect(policy.failed(.init(.newConnection)) == attempt(0, new: true))
        #expect(policy.failed(.init(.retry)) == nil)
        #expect(!policy.isExhausted)
    }

    @Test func `each base is asked once before a pause, and only the pause costs budget`() {
        let policy = policy(bases: 3)
        #expect(policy.start() == attempt(0))
        #expect(policy.failed(.init(.retry)) == attempt(1, isRetry: true))
        #expect(policy.failed(.init(.otherBase)) == attempt(2, isRetry: true))
        #expect(conditions.budget == 100)
        #expect(policy.failed(.init(.retry)) == nil)
        #expect(policy.isExhausted)
    }

    @Test func `a failure that only another base can help is final after the last base`() {
        let policy = policy(bases: 2)
        _ = policy.start()
        #expect(policy.failed(.init(.otherBase)) == attempt(1, isRetry: true))
        #expect(policy.failed(.init(.otherBase)) == nil)
    }

    @Test func `bases with an open circuit breaker are asked last`() {
        conditions.broken = [0, 2]
        let policy = policy(bases: 3, retries: 9)
        #expect(policy.start() == attempt(1))
        #expect(policy.failed(.init(.retry)) == attempt(0, isRetry: true))
        #expect(policy.failed(.init(.retry)) == attempt(2, isRetry: true))
        guard case .pause = policy.failed(.init(.retry)) else {
            Issue.record("no pause after all bases")
            return
        }
        // The circuit breakers have changed during the pause.
        conditions.broken = [0, 1]
        #expect(policy.pauseEnded() == attempt(2, isRetry: true))
    }

    @Test func `nothing is retried without a budget`() {
        conditions.budget = 0
        let policy = policy()
        _ = policy.start()
        #expect(policy.failed(.init(.retry)) == nil)
        #expect(policy.isExhausted)
    }

    @Test func `no pause exceeds the deadline or the longest delay accepted from upstream`() {
        for (delay, time) in [(Duration.seconds(61), TimeAmount.zero), (.seconds(20), .seconds(590))] {
            let policy = policy()
            _ = policy.start()
            #expect(policy.failed(.init(.retry, delay: delay), after: time) == nil)
            #expect(!policy.isExhausted)
        }
    }

    @Test func `upstream can forbid retries, including the client's`() {
        let policy = policy()
        _ = policy.start()
        #expect(policy.failed(.init(.none, upstreamForbidsRetry: true)) == nil)
        #expect(policy.isExhausted)
    }

    @Test func `a request is corrected up to four times, and its model replaced without a limit`() {
        let policy = policy(bases: 2)
        _ = policy.start()
        #expect(policy.failed(.init(.otherBase)) == attempt(1, isRetry: true))
        for _ in 1...4 {
            #expect(policy.failed(.init(.none)) == nil)
            #expect(policy.changed(.corrected) == attempt(0))
            #expect(policy.changed(.otherModel) == attempt(0))
        }
        #expect(policy.changed(.corrected) == nil)
        #expect(policy.changed(.otherModel) == attempt(0))
    }

    /// For any sequence of failures, the number of attempts is bounded and every attempt goes to an existing base.
    @Test(arguments: 0..<200)
    func `every sequence of failures ends`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (bases, retries) = (Int.random(in: 1...4, using: &random), Int.random(in: 0...5, using: &random))
        let policy = policy(bases: bases, retries: retries)
        var action: RetryPolicy.Action? = policy.start()
        var (sent, stale, corrected) = (0, 0, 0)
        while let current = action {
            switch current {
            case .pause: action = policy.pauseEnded()
            case .send(let attempt):
                #expect((0..<bases).contains(attempt.base))
                sent += 1
                if attempt.needsNewConnection { stale += 1 }
                conditions.broken = Set((0..<bases).filter { _ in random.happens(oneIn: 2) })
                // A new connection cannot be stale.
                let remedies: [AttemptOutcome.Remedy] =
                    [.none, .otherBase, .retry] + (attempt.needsNewConnection ? [] : [.newConnection])
                action = policy.failed(.init(random.pick(remedies)))
                if action == nil, corrected < 9 {
                    corrected += 1
                    action = policy.changed(.corrected)
                }
            }
        }
        #expect(sent - stale <= 5 * bases + (retries + 1) * bases)
    }
}
