internal import NIOCore
internal import Synchronization

/// Limits the number of concurrent requests of this process.
///
/// Without the limit, a process under overload would run out of descriptors in the middle of a stream; so it rejects
/// requests early. A few requests may wait briefly for a permit, because another request may end in the next moment. Only a
/// few, because each waiting request holds a descriptor too. All event loops share one counter: a request uses it twice, an
/// event never.
final class ConcurrencyLimiter: Sendable {
    /// How long a request waits for a permit.
    private static let patience = TimeAmount.seconds(2)

    private struct Waiter {
        let ticket: Int
        /// Resumed with whether the request has a permit.
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var live = 0
        var waiting = CircularBuffer<Waiter>()
        var lastTicket = 0
    }

    private let limit: Int
    /// The maximum length of the queue.
    private let room: Int
    private let state = Mutex(State())

    /// - Parameter limit: the number of permits; 0 means no limit.
    init(limit: Int) {
        self.limit = limit == 0 ? .max : limit
        room = max(1, limit / 16)
    }

    /// Takes a permit, to be returned with ``leave(_:)``.
    ///
    /// - Throws: when no permit becomes free within two seconds, or the queue is full.
    func enter(on eventLoop: any EventLoop) async throws(HTTPError) {
        if take(1) { return }
        guard await waitForPlace(on: eventLoop) else { throw .overloaded(HTTPError.tooManyStreams) }
    }

    /// Takes a permit for each further upstream request of a client's request. Does not wait: requests that wait for
    /// permits while holding others could deadlock.
    ///
    /// - Parameter places: the number of permits.
    /// - Throws: when fewer permits are free.
    func enter(further places: Int) throws(HTTPError) {
        guard take(places) else { throw .overloaded(HTTPError.tooManyStreams) }
    }

    /// Returns permits; requests in the queue get them first.
    func leave(_ places: Int) {
        guard places > 0 else { return }
        let admitted = state.withLock { state in
            state.live -= places
            let count = min(state.waiting.count, max(0, limit - state.live))
            state.live += count
            defer { state.waiting.removeFirst(count) }
            return count == 0 ? [] : Array(state.waiting.prefix(count))
        }
        for waiter in admitted { waiter.continuation.resume(returning: true) }
    }

    /// How many requests wait for a permit.
    var waiterCount: Int { state.withLock { $0.waiting.count } }

    private func take(_ places: Int) -> Bool {
        state.withLock { state in
            guard state.waiting.isEmpty, state.live <= limit - places else { return false }
            state.live += places
            return true
        }
    }

    private func waitForPlace(on eventLoop: any EventLoop) async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let end = eventLoop.scheduleTask(in: Self.patience) { self.dismiss(ticket) }
        defer { end.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAdmitted: Bool? = state.withLock { state in
                    if state.waiting.isEmpty, state.live < limit {
                        state.live += 1
                        return true
                    }
                    guard state.waiting.count < room, !Task.isCancelled else { return false }
                    state.waiting.append(Waiter(ticket: ticket, continuation: continuation))
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
