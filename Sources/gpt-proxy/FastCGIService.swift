internal import FastCGI
internal import Gateway
internal import Glibc
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Upstream

/// Serves FastCGI until a signal says to stop.
enum FastCGIService {
    static func run(listen address: String, mode: UInt16, _ loading: ConfigurationLoading) async throws {
        let configuration = try await loading.configuration()
        let log = StandardError.logger(level: configuration.logLevel, format: configuration.logFormat)
        raiseDescriptorLimit()
        let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let client = try makeClient(configuration, on: eventLoops)
        let responder = Responder(configuration: configuration, client: client)
        var limits = Server.Limits()
        limits.maxBody = configuration.maxBody
        let server: Server
        do throws(StartError) {
            server = Server(
                listener: try Listener.open(address, mode: mode), limits: limits, eventLoops: eventLoops,
                handler: responder.respond)
            try server.start()
        } catch {
            throw Exit.failure(error.description)
        }
        log.info("started", metadata: ["listen": "\(address)", "version": "\(version)"])
        let signal = await Signals.next()
        log.info("stopping", metadata: ["signal": "\(signal)", "live": "\(server.liveRequestCount)"])
        await server.shutdown(grace: configuration.shutdownGrace)
        await client.shutdown()
        try await eventLoops.shutdownGracefully()
        log.info("stopped")
    }

    /// Every live request has two descriptors, and the usual limit of 1024 was made for programs that use `select`.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
