import NIOCore
import NIOHTTP1
import NIOPosix

/// A stand-in for the OpenAI API: a server that refuses what the API refuses, plays recorded exchanges, makes up correct
/// replies where there is no recording, fails in every way that it is asked to, and keeps a journal of what it received.
///
/// It is for tests, benchmarks and trying things out without a key. It does no TLS, knows nothing and remembers no
/// conversation. All connections live on one event loop, so a reply costs no switch between threads.
public final class Simulator: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let service: Service

    /// - Throws: ``RecordingsUnreadable`` where the configuration names a folder that does not hold recorded exchanges.
    public init(_ configuration: Configuration = Configuration()) throws {
        service = Service(
            configuration: configuration,
            recordings: try configuration.vectors.map { try Recordings(directory: $0) } ?? Recordings())
    }

    /// Begins to serve.
    ///
    /// - Parameters:
    ///   - host: the address or name to listen on.
    ///   - port: 0 takes any that is free.
    /// - Returns: the port that it listens on.
    /// - Throws: `IOError` where the address cannot be had.
    public func start(on host: String = "127.0.0.1", port: Int = 0) async throws -> Int {
        let service = service
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(Connection(service: service))
                }
            }
            .bind(host: host, port: port).get()
        return server.localAddress?.port ?? port
    }

    /// What was received, oldest first: the last 1,000 requests.
    public var requests: [RecordedRequest] { service.journal.requests }

    /// Forgets the requests received so far; numbering goes on.
    public func clearRequests() { service.forgetRequests() }

    /// The connections that are open now, and all that ever were.
    public var connections: (open: Int, total: Int) { service.journal.connections }

    /// Closes every connection and ends the event loop. Must be called before the simulator is let go; not twice.
    public func shutdown() async throws { try await group.shutdownGracefully() }
}
