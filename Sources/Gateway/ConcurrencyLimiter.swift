internal import NIOCore
internal import Synchronization

/// How many exchanges this process carries at once, and how many it may.
///
/// Beyond its limit a process that took all that comes would run out of descriptors in the middle of somebody's stream; so
/// it refuses early, while it still can. A few may wait a little for a place, so that what ends in the next moment is no
/// reason to refuse what comes in this one; no more, since they hold a descriptor too. One counter for all event loops: it
/// is touched twice in a request's life, never by an event.
final class ConcurrencyLimiter: Sendable {
    /// How long a request waits for a place.
    private static let patience = TimeAmount.seconds(2)

    private struct Waiter {
        let ticket: Int
        /// Is told whether it has a place.
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var live = 0
        var waiting = CircularBuffer<Waiter>()
        var lastTicket = 0
    }

    private let limit: Int
    /// How many may wait.
    private let room: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many may be live; 0 sets none.
    init(limit: Int) {
        self.limit = limit == 0 ? .max : limit
        room = max(1, limit / 16)
    }

    /// Takes a place, which ``leave(_:)`` gives back.
    ///
    /// - Throws: when there is none, and none becomes free soon.
    func enter(on eventLoop: any EventLoop) async throws(HTTPError) {
        if take(1) { return }
        guard await waitForPlace(on: eventLoop) else { throw .overloaded(HTTPError.tooManyStreams) }
    }

    /// Takes a place for each further request upstream that an exchange becomes. Does not wait: exchanges that hold places
    /// while they wait for more could wait for each other.
    ///
    /// - Throws: when there are not so many.
    func enter(further places: Int) throws(HTTPError) {
        guard take(places) else { throw .overloaded(HTTPError.tooManyStreams) }
    }

    /// Gives places back, first to those who wait.
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

    /// Lets somebody wait no longer.
    private func dismiss(_ ticket: Int) {
        let waiter = state.withLock { state in
            state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: false)
    }
}
