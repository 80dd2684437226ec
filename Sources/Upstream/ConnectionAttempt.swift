internal import NIOCore
internal import NIOSSL

/// Establishes one connection: name lookup, TCP, the tunnel if a proxy is configured, TLS for https, HTTP. All steps share one
/// deadline, and end immediately when the task is cancelled.
///
/// `@unchecked Sendable`: all state is accessed only on the pool's event loop.
final class ConnectionAttempt: @unchecked Sendable {
    private let origin: Origin
    private let pool: ConnectionPool
    private let exchangeDeadline: NIODeadline
    private let deadline: NIODeadline
    /// The host and port of the TCP connection: upstream or the proxy.
    private let peer: HostAndPort
    /// The peer's addresses, in the order in which they are tried.
    private var addresses: [SocketAddress] = []
    /// The running lookup of these addresses.
    private var nameQuery: NameQuery?
    private var channel: (any Channel)?
    private var timer: Scheduled<Void>?
    private var whenSettled: CheckedContinuation<Result<Connection, UpstreamError>, Never>?
    private var isSettled = false

    init(origin: Origin, pool: ConnectionPool, exchangeDeadline: NIODeadline) {
        self.origin = origin
        self.pool = pool
        self.exchangeDeadline = exchangeDeadline
        deadline = min(pool.eventLoop.now + pool.limits.connect, exchangeDeadline)
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
        pool.dial(peer, addresses, deadline - pool.eventLoop.now, pool.eventLoop)
            .flatMap { self.openTunnel($0) }
            .flatMap { self.startTLS($0) }
            .flatMapThrowing { try self.startHTTP($0) }
            .whenComplete { self.conclude($0) }
    }

    // MARK: The layers

    private func openTunnel(_ channel: any Channel) -> EventLoopFuture<any Channel> {
        // The attempt has timed out or was cancelled before this channel was stored, so it must be closed here.
        guard !isSettled else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        self.channel = channel
        avoidAddressesBefore(channel.remoteAddress)
        guard pool.configuration.proxy != nil else { return channel.eventLoop.makeSucceededFuture(channel) }
        return Tunnel.open(to: origin, through: channel, deadline: deadline).map { channel }
    }

    /// Moves the addresses that were tried without success before `connected` behind the others for 60 seconds. Each of them
    /// has delayed this connection by a quarter of a second.
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
                ? "no connection in time" : "no connection in time: the name lookup has not finished")
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
