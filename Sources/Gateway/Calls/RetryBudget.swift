internal import Synchronization

/// Keeps the whole process's retries a small share of its requests. Many clients at once may find upstream sick; if each
/// request then became three, it would not get well.
final class RetryBudget: Sendable {
    /// How much of a retry each request pays for.
    private static let share = 0.2
    /// How many retries a second are there even if there are few requests.
    private static let perSecond = 10.0
    /// How many can be saved up.
    private static let capacity = 100.0

    private struct Account {
        var balance = capacity
        var filledAt: ContinuousClock.Instant
    }

    private let account: Mutex<Account>
    /// Requests that have not been paid in yet: so no request waits for another, as long as all goes well.
    private let requests = Atomic(0)

    init(now: ContinuousClock.Instant = .now) {
        account = Mutex(Account(filledAt: now))
    }

    /// A request is sent for the first time.
    func deposit() {
        requests.add(1, ordering: .relaxed)
    }

    /// Whether one may be sent again.
    func withdraw(now: ContinuousClock.Instant = .now) -> Bool {
        account.withLock { account in
            let elapsed = (now - account.filledAt) / .seconds(1)
            account.filledAt = now
            let paid = Double(requests.exchange(0, ordering: .relaxed)) * Self.share
            account.balance = min(Self.capacity, account.balance + paid + elapsed * Self.perSecond)
            guard account.balance >= 1 else { return false }
            account.balance -= 1
            return true
        }
    }
}
