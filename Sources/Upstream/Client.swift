public import NIOCore

/// An HTTP/1.1 client for streaming, built directly on swift-nio's handlers.
///
/// Each event loop has its own connections, so that no locks or thread changes are needed: `send` must be called from a task on
/// the event loop that is its argument. Control functions are asynchronous (`send`, `collect`), but the bytes of a stream are
/// passed synchronously from the socket's read to the consumer's closure.
///
/// It does not retry, follow redirects, keep cookies, support HTTP/2 or interpret content.
public final class Client: Sendable {
    /// One of the group's event loops, for requests that do not belong to a particular one.
    public let eventLoop: any EventLoop
    private let configuration: Configuration
    private let pools: [ObjectIdentifier: ConnectionPool]
    private let trustStore: TrustStore

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - configuration: how to connect, the timeouts, and how long to keep idle connections.
    ///   - eventLoopGroup: the event loops on which `send` can be called. The caller shuts the group down.
    ///   - onLookupChange: called, on one of the client's threads, when lookups of a name begin to fail while an earlier answer
    ///     can be used, and when they succeed again.
    public convenience init(
        configuration: Configuration, eventLoopGroup: any EventLoopGroup,
        onLookupChange: @escaping @Sendable (LookupChange) -> Void = { _ in }
    ) {
        self.init(
            configuration: configuration, eventLoopGroup: eventLoopGroup, names: NameResolver(onChange: onLookupChange))
    }

    /// Creates a client that opens its connections with `dial`.
    package convenience init(
        configuration: Configuration, eventLoopGroup: any EventLoopGroup, dial: @escaping Dial
    ) {
        self.init(configuration: configuration, eventLoopGroup: eventLoopGroup, names: NameResolver(), dial: dial)
    }

    init(
        configuration: Configuration, eventLoopGroup: any EventLoopGroup, names: NameResolver,
        dial: @escaping Dial = dialTCP
    ) {
        self.configuration = configuration
        eventLoop = eventLoopGroup.next()
        trustStore = TrustStore(configuration.authorities)
        var pools: [ObjectIdentifier: ConnectionPool] = [:]
        for eventLoop in eventLoopGroup.makeIterator() {
            pools[ObjectIdentifier(eventLoop)] = ConnectionPool(
                configuration, trustStore: trustStore, names: names, dial: dial, eventLoop: eventLoop)
        }
        self.pools = pools
    }

    /// Sends a request and returns when the response head has arrived.
    ///
    /// The request is sent once, on the most recently used idle connection to its origin or on a new connection. If upstream has
    /// closed the idle connection, the error says so (``UpstreamError/connectionWasStale``). Cancelling the task closes the
    /// connection immediately.
    ///
    /// - Parameters:
    ///   - request: the request; it is validated before any byte is sent.
    ///   - eventLoop: the event loop on which the calling task runs.
    ///   - latest: the deadline for the whole response, if it is earlier than `totalTimeout`; for retries, which share one
    ///     deadline.
    ///   - usesIdleConnection: whether an idle connection may be used.
    /// - Returns: the response, whose body has not been read yet.
    /// - Throws: ``UpstreamError`` with the operation and the reason.
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
        let now = eventLoop.now
        let deadline = min(latest, now + pool.limits.total)
        if usesIdleConnection, let idle = pool.takeIdle(for: request.origin, at: now) {
            return try await idle.send(request, until: deadline).get()
        }
        let new = try await pool.connect(to: request.origin, until: deadline).get()
        return try await new.send(request, until: deadline).get()
    }

    /// Changes which certificate authorities are trusted in addition to the system's. Open connections are not affected.
    ///
    /// - Parameter authorities: replace the previous ones.
    public func trust(_ authorities: Authorities) {
        trustStore.trust(authorities)
    }

    /// Closes idle connections. Busy connections close when their response has ended.
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
