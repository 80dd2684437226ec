internal import NIOCore
internal import Synchronization

/// Limits the process's retries to a small share of its requests. Many requests may find upstream overloaded at the same
/// time; if each of them became three, upstream would not recover.
final class RetryBudget: Sendable {
    /// What each request adds to the budget, in retries.
    private static let share = 0.2
    /// Retries per second that are available even with few requests.
    private static let perSecond = 10.0
    /// The highest balance, in retries.
    private static let capacity = 100.0

    private struct Account {
        var balance = capacity
        /// When the balance was last brought up to date; nil before the first retry.
        var filledAt: NIODeadline?
    }

    private let account = Mutex(Account())
    /// Requests that the balance does not include yet. Counting them needs no lock, so requests do not contend while none
    /// fails.
    private let requests = Atomic(0)

    /// Counts a request that is sent for the first time.
    func deposit() {
        requests.add(1, ordering: .relaxed)
    }

    /// Takes one retry from the budget.
    ///
    /// - Returns: whether the budget allows the retry.
    func withdraw(now: NIODeadline) -> Bool {
        account.withLock { account in
            let elapsed = Double((now - (account.filledAt ?? now)).nanoseconds) / 1e9
            account.filledAt = now
            let paid = Double(requests.exchange(0, ordering: .relaxed)) * Self.share
            account.balance = min(Self.capacity, account.balance + paid + elapsed * Self.perSecond)
            guard account.balance >= 1 else { return false }
            account.balance -= 1
            return true
        }
    }
}
