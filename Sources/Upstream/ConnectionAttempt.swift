internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// The making of one connection: looking up the name, TCP, a proxy's tunnel where one is configured, TLS for https, HTTP. All
/// of it has one deadline, and ends at once when the task is cancelled.
///
/// `@unchecked Sendable`: everything is touched on the pool's event loop only.
final class ConnectionAttempt: @unchecked Sendable {
    private let origin: Origin
    private let pool: ConnectionPool
    private let exchangeDeadline: NIODeadline
    private let deadline: NIODeadline
    /// Where TCP connects to: upstream, or the proxy.
    private let peer: HostAndPort
    /// The peer's addresses, in the order in which they are tried.
    private var addresses: [SocketAddress] = []
    /// The wait for these addresses.
    private var nameQuery: NameQuery?
    private var channel: (any Channel)?
    private var timer: Scheduled<Void>?
    private var whenSettled: CheckedContinuation<Result<Connection, UpstreamError>, Never>?
    private var isSettled = false

    init(origin: Origin, pool: ConnectionPool, exchangeDeadline: NIODeadline) {
        self.origin = origin
        self.pool = pool
        self.exchangeDeadline = exchangeDeadline
        deadline = min(.now() + pool.limits.connect, exchangeDeadline)
        let proxy = pool.configuration.proxy
        peer = HostAndPort(host: proxy?.host ?? origin.host, port: proxy?.port ?? origin.port)
    }

    func run() async -> Result<Connection, UpstreamError> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                whenSettled = continuation
                start()
            }
        } onCancel: {
            pool.eventLoop.execute { self.fail(.cancelled, "the task was cancelled") }
        }
    }

    private func start() {
        timer = pool.eventLoop.scheduleTask(deadline: deadline) { self.timeOut() }
        nameQuery = pool.names.find(peer, on: pool.eventLoop) { outcome in
            self.nameQuery = nil
            switch outcome {
            case .success(let addresses): self.connect(to: addresses)
            case .failure(let failure): self.conclude(.failure(failure))
            }
        }
    }

    private func connect(to addresses: [SocketAddress]) {
        self.addresses = addresses
        ClientBootstrap(group: pool.eventLoop)
            .channelOption(.autoRead, value: false)
            .connectTimeout(deadline - .now())
            .resolver(KnownAddresses(addresses: addresses, eventLoop: pool.eventLoop))
            .connect(host: peer.host, port: peer.port)
            .flatMap { self.openTunnel($0) }
            .flatMap { self.startTLS($0) }
            .flatMapThrowing { try self.startHTTP($0) }
            .whenComplete { self.conclude($0) }
    }

    // MARK: The layers

    private func openTunnel(_ channel: any Channel) -> EventLoopFuture<any Channel> {
        // Too late, or not wanted any more: nobody else knows of this channel.
        guard !isSettled else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        self.channel = channel
        avoidAddressesBefore(channel.remoteAddress)
        guard pool.configuration.proxy != nil else { return channel.eventLoop.makeSucceededFuture(channel) }
        return Tunnel.open(to: origin, through: channel, deadline: deadline).map { channel }
    }

    /// Has the addresses that were tried before the one that connected tried after it for a while: each of them has cost this
    /// connection a quarter of a second.
    private func avoidAddressesBefore(_ connected: SocketAddress?) {
        guard let connected, let index = addresses.firstIndex(of: connected), index > 0 else { return }
        pool.names.avoid(addresses[..<index], of: peer)
    }

    private func startTLS(_ channel: any Channel) -> EventLoopFuture<any Channel> {
        guard origin.scheme == .https else { return channel.eventLoop.makeSucceededFuture(channel) }
        return TLSHandshake.start(
            on: channel, trusting: pool.trustStore, host: origin.host, isTunnelled: pool.configuration.proxy != nil
        ).map { channel }
    }

    private func startHTTP(_ channel: any Channel) throws -> Connection {
        let connection = Connection(origin: origin, pool: pool)
        try connection.join(channel.pipeline.syncOperations)
        return connection
    }

    // MARK: The outcome

    private func timeOut() {
        fail(
            deadline == exchangeDeadline ? .totalTimeout : .connectTimeout,
            nameQuery == nil
                ? "no connection in time" : "no connection in time, since the name's lookup has no answer yet")
    }

    private func conclude(_ result: Result<Connection, any Error>) {
        switch result {
        case .success(let connection) where !isSettled:
            pool.add(connection)
            connection.readMore()
            settle(.success(connection))
        case .success(let connection):
            connection.close()
        case .failure(ChannelError.connectTimeout):
            timeOut()
        case .failure(let error):
            let failure = ConnectFailure(error)
            fail(failure.isForWantOfDescriptors ? .noDescriptor : .unreachable, "\(origin): \(failure)")
        }
    }

    private func fail(_ code: UpstreamError.Code, _ reason: String) {
        guard !isSettled else { return }
        settle(.failure(UpstreamError(code, .connect, reason, requestWasSent: false)))
        channel?.close(promise: nil)
    }

    private func settle(_ outcome: Result<Connection, UpstreamError>) {
        isSettled = true
        timer?.cancel()
        nameQuery?.cancel()
        whenSettled?.resume(returning: outcome)
        whenSettled = nil
    }
}
