internal import Synchronization

/// How many exchanges this process carries at once, and how many it may.
///
/// Beyond its limit a process that took all that comes would run out of descriptors in the middle of somebody's stream; so
/// it refuses early, while it still can. One counter for all event loops: it is touched twice in a request's life, never
/// by an event.
final class Admission: Sendable {
    private let limit: Int
    private let live = Atomic(0)

    /// - Parameter limit: how many may be live; 0 sets none.
    init(limit: Int) {
        self.limit = limit == 0 ? .max : limit
    }

    /// Takes places, which ``leave(_:)`` gives back: one for an exchange, and one for each further request upstream that it
    /// becomes.
    ///
    /// - Throws: when there are not so many.
    func enter(_ places: Int = 1) throws(Failure) {
        guard live.add(places, ordering: .relaxed).newValue > limit else { return }
        leave(places)
        throw .overloaded("too_many_streams")
    }

    func leave(_ places: Int) {
        live.subtract(places, ordering: .relaxed)
    }
}
