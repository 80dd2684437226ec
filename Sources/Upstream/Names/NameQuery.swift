internal import NIOCore

/// One attempt to connect that waits for the addresses of a name.
///
/// `@unchecked Sendable`: everything is touched on its event loop only; ``settle(_:)`` hops there first.
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

    /// Takes the previous answer if no new one has come in this time.
    func fallBack(to addresses: [SocketAddress], in time: TimeAmount) {
        timer = eventLoop.scheduleTask(in: time) {
            self.resolver.forget(self)
            self.conclude(.success(addresses))
        }
    }

    /// The lookup has ended. May be called from every thread.
    func settle(_ outcome: Outcome) {
        eventLoop.execute { self.conclude(outcome) }
    }

    /// Stops waiting. Without effect when the wait is over.
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
