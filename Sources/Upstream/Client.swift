public import NIOCore

/// An HTTP/1.1 client made for streaming, directly on swift-nio's handlers.
///
/// Each event loop has its own connections, so nothing is locked and nothing hops between threads: call it from a task
/// that runs on the loop it names. Control is asynchronous (`send`, `collect`); the bytes of a stream are not: they go
/// from the socket's read into the consumer's closure.
///
/// It does not retry, follow redirections, keep cookies, speak HTTP/2 or know what it carries.
public final class Client: Sendable {
    /// One of the loops that `send` may name, for requests that belong to none.
    public let eventLoop: any EventLoop
    private let configuration: Configuration
    private let pools: [ObjectIdentifier: ConnectionPool]
    private let trustStore: TrustStore

    /// - Parameters:
    ///   - configuration: how to connect, how long to wait and what to keep.
    ///   - eventLoopGroup: its loops are those that `send` may name. It stays the caller's.
    ///   - onLookupChange: is called when lookups of a name begin to fail while an earlier answer can be used, and when they
    ///     succeed again; on a thread of the client's own.
    public convenience init(
        configuration: Configuration, eventLoopGroup: any EventLoopGroup,
        onLookupChange: @escaping @Sendable (LookupChange) -> Void = { _ in }
    ) {
        self.init(
            configuration: configuration, eventLoopGroup: eventLoopGroup, names: NameResolver(onChange: onLookupChange))
    }

    init(configuration: Configuration, eventLoopGroup: any EventLoopGroup, names: NameResolver) {
        self.configuration = configuration
        eventLoop = eventLoopGroup.next()
        trustStore = TrustStore(configuration.authorities)
        var pools: [ObjectIdentifier: ConnectionPool] = [:]
        for eventLoop in eventLoopGroup.makeIterator() {
            pools[ObjectIdentifier(eventLoop)] = ConnectionPool(
                configuration, trustStore: trustStore, names: names, eventLoop: eventLoop)
        }
        self.pools = pools
    }

    /// Sends a request and returns when the response's head is here.
    ///
    /// It is sent once, on the most recently used idle connection to its origin, or on a new one. Upstream may have closed an idle
    /// connection meanwhile: then the error says so (`connectionWasStale`), and the request belongs on a new connection.
    /// Cancelling the task closes the connection at once.
    ///
    /// - Parameters:
    ///   - request: what to send; checked before a byte of it goes out.
    ///   - eventLoop: the loop the task runs on.
    ///   - latest: when it must be over, if that is sooner than `totalTimeout`: of a request that was sent before.
    ///   - usesIdleConnection: whether it may go out on an idle connection.
    public func send(
        _ request: Request, on eventLoop: any EventLoop, until latest: NIODeadline = .distantFuture,
        usesIdleConnection: Bool
    ) async throws(UpstreamError) -> Response {
        eventLoop.preconditionInEventLoop()
        guard let pool = pools[ObjectIdentifier(eventLoop)] else {
            preconditionFailure("the event loop is not one of the client's group")
        }
        try request.validate()
        guard !Task.isCancelled else {
            throw UpstreamError(.cancelled, .sendRequest, "the task was cancelled", requestWasSent: false)
        }
        let now = NIODeadline.now()
        let deadline = min(latest, now + pool.limits.total)
        if usesIdleConnection, let idle = pool.takeKept(for: request.origin, at: now) {
            return try await idle.send(request, until: deadline).get()
        }
        let new = try await pool.connect(to: request.origin, until: deadline).get()
        return try await new.send(request, until: deadline).get()
    }

    /// Trusts other certificate authorities from now on, beside the system's. Connections that are open stay.
    ///
    /// - Parameter authorities: take the place of those that were trusted before.
    public func trust(_ authorities: Authorities) {
        trustStore.trust(authorities)
    }

    /// Closes the idle connections; those in use close with the end of their exchange, and none is kept any more.
    public func shutdown() async {
        for pool in pools.values {
            await withCheckedContinuation { continuation in
                pool.eventLoop.execute {
                    pool.shutDown()
                    continuation.resume()
                }
            }
        }
    }
}
