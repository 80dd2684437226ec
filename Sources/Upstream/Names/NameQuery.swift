internal import NIOCore

/// A connection attempt's wait for the addresses of a name.
///
/// `@unchecked Sendable`: all state is accessed only on its event loop; ``settle(_:)`` switches to it first.
final class NameQuery: @unchecked Sendable {
    typealias Outcome = Result<[SocketAddress], LookupFailure>

    let peer: HostAndPort
    private let resolver: NameResolver
    private let eventLoop: any EventLoop
    private var whenFound: ((Outcome) -> Void)?
    private var timer: Scheduled<Void>?

    init(
        _ peer: HostAndPort, of resolver: NameResolver, on eventLoop: any EventLoop,
        whenFound: @escaping (Outcome) -> Void
    ) {
        self.peer = peer
        self.resolver = resolver
        self.eventLoop = eventLoop
        self.whenFound = whenFound
    }

    /// Uses the previous answer if the lookup does not end within `time`.
    func fallBack(to addresses: [SocketAddress], in time: TimeAmount) {
        timer = eventLoop.scheduleTask(in: time) {
            self.resolver.forget(self)
            self.conclude(.success(addresses))
        }
    }

    /// Ends the wait with the lookup's outcome. Can be called from any thread.
    func settle(_ outcome: Outcome) {
        eventLoop.execute { self.conclude(outcome) }
    }

    /// Stops waiting. Has no effect if the wait has ended.
    func cancel() {
        guard whenFound != nil else { return }
        resolver.forget(self)
        end()
    }

    private func conclude(_ outcome: Outcome) {
        let whenFound = whenFound
        end()
        whenFound?(outcome)
    }

    private func end() {
        whenFound = nil
        timer?.cancel()
        timer = nil
    }
}
