import NIOCore
import NIOHTTP1
import NIOPosix

/// A simulator of the OpenAI API: a server that rejects what the API rejects, plays recorded exchanges, generates valid
/// responses if there is no recording, fails in the ways that requests ask for, and keeps a journal of the requests.
///
/// It is for tests, benchmarks and trials without a key. It has no TLS and no model, and stores no conversations. All
/// connections are on one event loop, so a response needs no thread switch.
public final class Simulator: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let service: Service

    /// - Throws: ``RecordingsUnreadable`` if the configuration names a directory without valid recorded exchanges.
    public init(_ configuration: Configuration = Configuration()) throws {
        service = Service(
            configuration: configuration,
            recordings: try configuration.vectors.map { try Recordings(directory: $0) } ?? Recordings())
    }

    /// Starts the server.
    ///
    /// - Parameters:
    ///   - host: the address or name to listen on.
    ///   - port: the port to listen on; 0 chooses a free one.
    /// - Returns: the port that the simulator listens on.
    /// - Throws: `IOError` if it cannot listen on the address.
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

    /// The last 1,000 requests received, oldest first.
    public var requests: [RecordedRequest] { service.journal.requests }

    /// Deletes the requests received so far; numbering continues.
    public func clearRequests() { service.forgetRequests() }

    /// The number of open connections, and of all connections so far.
    public var connections: (open: Int, total: Int) { service.journal.connections }

    /// Closes all connections and stops the event loop. Call it exactly once, before the simulator is released.
    public func shutdown() async throws { try await group.shutdownGracefully() }
}
