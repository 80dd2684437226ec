internal import Access
internal import NIOCore
internal import Synchronization

/// Limits the number of concurrent requests of this process.
///
/// Without the limit, a process under overload would run out of descriptors in the middle of a stream; so it rejects
/// requests early. A few requests may wait briefly for a permit, because another request may end in the next moment. Only a
/// few, because each waiting request holds a descriptor too. All event loops share one counter: a request uses it twice, an
/// event never.
///
/// If callers can be told apart, each can hold at most half of the permits, so that none can exclude all others: streams last
/// for minutes, and a permit that is taken cannot be withdrawn.
final class ConcurrencyLimiter: Sendable {
    /// How long a request waits for a permit.
    private static let patience = TimeAmount.seconds(2)

    private struct Waiter {
        let ticket: Int
        let caller: Caller.Identity
        /// Resumed with whether the request has a permit.
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        let limit: Int
        var live = 0
        /// The permits of each caller who can be told apart.
        var held: [Caller.Identity: Int] = [:]
        var waiting = CircularBuffer<Waiter>()
        var lastTicket = 0

        /// Takes permits, if that many are free and within the caller's share.
        mutating func take(_ count: Int, for caller: Caller.Identity) -> Bool {
            guard live <= limit - count else { return false }
            if caller != .sharedKey {
                let others = held[caller] ?? 0
                // Rounded up, so that a limit of one admits a request.
                guard others <= limit - limit / 2 - count else { return false }
                held[caller] = others + count
            }
            live += count
            return true
        }

        mutating func give(_ count: Int, of caller: Caller.Identity) {
            live -= count
            guard let others = held[caller] else { return }
            held[caller] = others > count ? others - count : nil
        }
    }

    /// The maximum length of the queue.
    private let room: Int
    private let state: Mutex<State>

    /// - Parameter limit: the number of permits; 0 means no limit.
    init(limit: Int) {
        state = Mutex(State(limit: limit == 0 ? .max : limit))
        room = max(1, limit / 16)
    }

    /// Acquires a permit, to be returned with ``release(_:of:)``.
    ///
    /// - Throws: when no permit becomes free for the caller within two seconds, or the queue is full.
    func acquire(for caller: Caller.Identity, on eventLoop: any EventLoop) async throws(HTTPError) {
        // No request in the queue is overtaken: as long as a permit is free, only requests above their callers' shares wait.
        if take(1, caller) { return }
        guard await waitForPermit(caller, on: eventLoop) else { throw .overloaded(HTTPError.tooManyStreams) }
    }

    /// Acquires a permit for each further upstream request of a client's request. Does not wait: requests that wait for
    /// permits while holding others could deadlock.
    ///
    /// - Parameter count: the number of permits.
    /// - Throws: when fewer permits are free for the caller.
    func acquire(further count: Int, for caller: Caller.Identity) throws(HTTPError) {
        guard take(count, caller) else { throw .overloaded(HTTPError.tooManyStreams) }
    }

    /// Returns permits; requests in the queue get them first.
    func release(_ count: Int, of caller: Caller.Identity) {
        guard count > 0 else { return }
        let admitted = state.withLock { state in
            state.give(count, of: caller)
            var admitted: [Waiter] = []
            var skipped = 0
            while skipped < state.waiting.count, state.live < state.limit {
                let index = state.waiting.index(state.waiting.startIndex, offsetBy: skipped)
                if state.take(1, for: state.waiting[index].caller) {
                    admitted.append(state.waiting.remove(at: index))
                } else {
                    skipped += 1
                }
            }
            return admitted
        }
        for waiter in admitted { waiter.continuation.resume(returning: true) }
    }

    private func take(_ count: Int, _ caller: Caller.Identity) -> Bool {
        state.withLock { $0.take(count, for: caller) }
    }

    private func waitForPermit(_ caller: Caller.Identity, on eventLoop: any EventLoop) async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let end = eventLoop.scheduleTask(in: Self.patience) { self.dismiss(ticket) }
        defer { end.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAdmitted: Bool? = state.withLock { state in
                    if state.take(1, for: caller) { return true }
                    guard state.waiting.count < room, !Task.isCancelled else { return false }
                    state.waiting.append(Waiter(ticket: ticket, caller: caller, continuation: continuation))
                    return nil
                }
                if let isAdmitted { continuation.resume(returning: isAdmitted) }
            }
        } onCancel: {
            dismiss(ticket)
        }
    }

    /// Removes a request from the queue, without a permit.
    private func dismiss(_ ticket: Int) {
        let waiter = state.withLock { state in
            state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: false)
    }
}
