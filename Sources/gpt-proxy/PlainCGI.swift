internal import EventLoops
internal import CGI
internal import FastCGI
internal import Gateway
internal import Glibc
internal import NIOPosix
internal import Scoreboard
internal import Translation
internal import Upstream

/// Serves the single request that a web server started this process for, as a CGI program.
enum PlainCGI {
    static func run() async -> Never {
        signal(SIGPIPE, SIG_IGN)
        do {
            try await answer()
        } catch {
            // The reason goes to the web server's log; the client gets a response without details that it could abuse.
            _ = CGIProcess.readRequest(environment: Start.environment, maxBody: 0)
            let sink = StandardOutputSink()
            await ResponseWriter(sink).respond(
                ResponseHead(status: 500, headers: [("Content-Type", "application/json")]),
                body: Array(#"{"detail":"gpt-proxy is not configured; see the web server's error log"}"#.utf8))
            exit(78)
        }
        exit(0)
    }

    private static func answer() async throws {
        var configuration = try await ConfigurationLoading().configuration()
        // The process ends with this request, so cached reasoning could never be used.
        configuration.reasoningCache = 0
        configuration.translation.keepsReasoning = false
        let eventLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let client = makeClient(configuration, on: eventLoop)
        let scoreboard = configuration.makeScoreboard()
        let responder = Responder(configuration: configuration, client: client, scoreboard: scoreboard)
        let request = CGIProcess.readRequest(environment: Start.environment, maxBody: configuration.maxBody)
        let loop = eventLoop.next()
        let exchange = Task(executorPreference: EventLoopTaskExecutor(loop)) {
            await responder.respond(to: request, sink: StandardOutputSink(), on: loop)
        }
        CGIProcess.whenServerLeaves { exchange.cancel() }
        await exchange.value
        scoreboard?.close(within: 1)
    }
}
