internal import CGI
internal import Diagnosis
internal import FastCGI
internal import Files
internal import Gateway
internal import Logging
internal import Logs
internal import Models
internal import Monitoring
internal import NIOCore
internal import NIOPosix
internal import Scoreboard
internal import Settings
internal import SystemLimits
internal import Threads
internal import Upstream

/// Serves FastCGI until a stop signal arrives.
enum FastCGIService {
    /// The longest wait for `STATE_DIR` at the start and at the end, in seconds. Its mount may not respond.
    private static let directoryPatience = 1.0

    static func run(listen address: String, mode: UInt16, _ loading: ConfigurationLoading) async throws {
        var configuration = try await loading.configuration()
        let log = StandardError.logger(level: configuration.logLevel, format: configuration.logFormat)
        for warning in RetirementWarning.all(configuration.settings, on: .today) {
            log.warning(
                "a model in use is being retired", metadata: ["model": "\(warning.model)", "what": "\(warning.text)"])
        }
        for finding in ExposureCheck.run(configuration) {
            log.warning("\(finding.text)", metadata: ["setting": "\(finding.subject)"])
        }
        if Listener.isExposed(address) {
            log.warning(
                "other machines can connect to this address and act as any caller",
                metadata: ["listen": "\(address)"])
        }
        let budget = DescriptorBudget.raised(eventLoops: System.coreCount)
        if configuration.maxStreams > budget.streams {
            log.warning(
                "the limit on open files (ulimit -n, LimitNOFILE) is too low for MAX_STREAMS",
                metadata: ["asked": "\(configuration.maxStreams)", "possible": "\(budget.streams)"])
        }
        if configuration.maxStreams == 0 || configuration.maxStreams > budget.streams {
            configuration.maxStreams = budget.streams
        }
        configuration.client.maximumIdleConnections = budget.maximumIdleConnections
        let plan = MemoryPlan(maxBody: configuration.maxBody)
        if plan.bodies.maxBody < configuration.maxBody {
            log.warning(
                "the limits on memory leave no room for MAX_BODY; larger bodies than possible get 413",
                metadata: [
                    "asked": "\(configuration.maxBody)", "possible": "\(plan.bodies.maxBody)",
                    "limit": "\(plan.limit.name)",
                ])
            configuration.maxBody = plan.bodies.maxBody
        }
        let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let client = makeClient(configuration, on: eventLoops, log: log)
        let memory = MemoryBudget(capacity: plan.bodies.capacity)
        let scoreboard = configuration.makeScoreboard()
        scoreboard?.waitUntilShared(seconds: directoryPatience)
        LogWriter.standardError.onLoss { count in scoreboard?.update { $0.add(count, to: .lostLogLines) } }
        let files = FileWatch(configuration, scoreboard: scoreboard)
        let responder = Responder(
            configuration: configuration, client: client, budget: memory, files: files, scoreboard: scoreboard)
        Signals.onReload(responder.reloadFiles)
        var limits = Server.Limits()
        limits.maxBody = configuration.maxBody
        limits.memory = memory
        limits.uploadRate = configuration.uploadRate
        limits.uploadTimeout = configuration.uploadTimeout
        limits.writeTimeout = configuration.clientTimeout
        let server: Server
        do throws(StartError) {
            server = Server(
                listener: try Listener.open(address, mode: mode), limits: limits, eventLoops: eventLoops,
                socketWasLost: { log.note(socketLossAt: address, $0) }
            ) { await responder.respond(to: $0, sink: $1, on: $2) }
            try server.start()
        } catch {
            throw Exit.failure(error.description)
        }
        do throws(ThreadError) {
            try files.start()
        } catch {
            throw Exit.failure("cannot start a thread for files; raise the limit on threads (ulimit -u, TasksMax)")
        }
        log.info(
            "started",
            metadata: [
                "listen": "\(address)", "version": "\(version)", "max_streams": "\(configuration.maxStreams)",
                "bodies": "\(plan.bodies.capacity >> 20) MB",
            ])
        let signal = await Signals.next()
        log.info("stopping", metadata: ["signal": "\(signal)", "live": "\(server.liveRequestCount)"])
        await server.shutdown(grace: configuration.shutdownGrace)
        await client.shutdown()
        scoreboard?.close(within: directoryPatience)
        try await eventLoops.shutdownGracefully()
        log.info("stopped")
    }
}

extension Logger {
    /// - Parameter failure: why the socket's file could not be created again; nil if it was.
    fileprivate func note(socketLossAt address: String, _ failure: StartError?) {
        let loss = "the socket's file was removed or replaced"
        if let failure {
            error("\(loss), and web servers cannot connect", metadata: ["listen": "\(address)", "what": "\(failure)"])
        } else {
            warning("\(loss); it has been created again", metadata: ["listen": "\(address)"])
        }
    }
}
