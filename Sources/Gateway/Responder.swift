public import CGI
public import Files
internal import Logging
public import Models
public import NIOCore
public import Scoreboard
internal import Translation
public import Upstream

/// Answers requests: who is it, what is it for, what does upstream say. One per process, used from every event loop.
public final class Responder: Sendable {
    private let configuration: Configuration
    private let authenticator: Authenticator
    private let shared: RequestContext.Shared
    private let statusRenderer: StatusRenderer?
    private let files: FileWatch
    private let log: AccessLog?

    /// - Parameters:
    ///   - configuration: what the operator decided.
    ///   - client: makes the requests upstream.
    ///   - budget: what requests and replies in hand may take of memory together.
    ///   - files: looks after the files that the configuration names, once it has been started; nil leaves everything as it was
    ///     when the configuration was read.
    ///   - scoreboard: where others can see what is done; see ``Configuration/makeScoreboard()``.
    ///   - writeLogLine: takes each request's log line; by default ``LogWriter/standardError`` does.
    ///   - today: tells the day, by which models are gone.
    public init(
        configuration: Configuration, client: Client, budget: MemoryBudget = .unlimited, files: FileWatch? = nil,
        scoreboard: Scoreboard? = nil,
        writeLogLine: (@Sendable ([UInt8]) -> Void)? = nil, today: @escaping @Sendable () -> Day = { .today }
    ) {
        self.configuration = configuration
        let files = files ?? FileWatch(configuration, scoreboard: scoreboard)
        self.files = files
        authenticator = Authenticator(
            configuration.access, client: client, files: files, scoreboard: scoreboard, log: configuration.log)
        shared = RequestContext.Shared(
            configuration: configuration, pool: UpstreamPool(configuration, client, files),
            caches: Caches(reasoningCapacity: configuration.reasoningCache), budget: budget,
            limiter: ConcurrencyLimiter(limit: configuration.maxStreams), scoreboard: scoreboard,
            catalogue: Reloadable(configuration.models, .modelsFile, files), today: today)
        if let authorities = configuration.authorities {
            _ = files.watch(authorities, as: ConfigurationKey.upstreamCAFile.rawValue, whenRead: client.trust)
        }
        statusRenderer = scoreboard.map { StatusRenderer($0) }
        let format = configuration.logFormat
        log =
            configuration.logLevel <= .info
            ? AccessLog(format: format, write: writeLogLine ?? { LogWriter.standardError.write($0, format) }) : nil
    }

    /// Has the files with keys, secrets, models and authorities read now, without waiting for it. Streams that run go on.
    public func reloadFiles() {
        files.lookNow()
        authenticator.expirePublishedKeys()
    }

    /// Answers one request and logs it. Returns when everything is written, or the client has gone.
    ///
    /// Runs on `eventLoop`, where its task is pinned; cancelling the task ends the request upstream.
    public func respond(to request: consuming CGI.Request, sink: any ByteSink, on eventLoop: any EventLoop) async {
        eventLoop.preconditionInEventLoop()
        let context = RequestContext(consume request, sink, on: eventLoop, sharing: shared)
        do {
            try await serve(context)
        } catch {
            await respond(to: context, with: HTTPError(error))
        }
        finish(context, clientLeft: sink.clientIsGone)
    }

    private func serve(_ context: RequestContext) async throws {
        let route = try route(of: context)
        if let head = configuration.crossOrigin.preflight(context.request, methods: route.methods) {
            return await context.respond(head, body: [])
        }
        try await authorize(context, for: route)
        if route.isForUpstream {
            // Before a permit is taken: a slow upload must not hold one.
            try await context.receiveBody()
            try await context.enter()
            if try await DiagnosticResponse.respond(to: context, on: route) { return }
        }
        switch route {
        case .proxy: try await ProxyEndpoint.respond(to: context)
        case .chatCompletions: try await ChatEndpoint.respond(to: context)
        case .completions: try await CompletionsEndpoint.respond(to: context)
        case .responses: try await ModelMappedEndpoint.respond(to: context, path: "/responses")
        case .compact: try await ModelMappedEndpoint.respond(to: context, path: "/responses/compact")
        case .inputTokens: try await ModelMappedEndpoint.respond(to: context, path: "/responses/input_tokens")
        case .models(let id): try await ModelsEndpoint.respond(to: context, id: id)
        case .passed(let path): try await PassthroughEndpoint.respond(to: context, path: path)
        case .health: try await HealthEndpoint.respond(to: context)
        case .authorization: await AuthorizationEndpoint.respond(to: context)
        case .status: try await StatusEndpoint.respond(to: context, statusRenderer)
        }
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func route(of context: RequestContext) throws(HTTPError) -> Route {
        let request = context.request
        guard
            let route = Route(
                path: request.path, passing: configuration.passthrough, statusPath: configuration.statusPath)
        else { throw HTTPError.notFound }
        context.record.route = route.name
        context.record.routePattern = route.pattern
        return route
    }

    /// - Throws: when the request may not be made: not with this method, or not by this caller.
    private func authorize(_ context: RequestContext, for route: Route) async throws(HTTPError) {
        let request = context.request
        if let methods = route.methods, !methods.contains(request.method) {
            throw HTTPError.methodNotAllowed(methods)
        }
        guard route != .status, route != .health || HealthEndpoint.asksUpstream(request) else { return }
        context.record.caller = try await authenticator.caller(of: request)
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func respond(to context: RequestContext, with failure: HTTPError) async {
        guard let writer = context.takeWriter() else { return }
        let (head, body) = answer(failure.unlessStopping(clientIsGone: writer.clientIsGone), to: context)
        await writer.respond(head, body: body, withoutBody: context.request.method == "HEAD")
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func answer(_ failure: HTTPError, to context: RequestContext) -> (ResponseHead, [UInt8]) {
        var failure = failure.redacted(context.redaction)
        // Client libraries try again too, and heed this: their tries would multiply the proxy's.
        if failure.status >= 500, context.isExhausted { failure.headers.append(("x-should-retry", "false")) }
        context.record.status = failure.status
        context.record.error = failure.reason
        let body = failure.body(Route.failureStyle(path: context.request.path))
        return (.json(failure.status, headers: failure.headers), body)
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func finish(_ context: RequestContext, clientLeft: Bool) {
        context.leave()
        context.noteCalls()
        context.record.clientLeft = clientLeft
        context.record.duration = ContinuousClock.now - context.start
        guard context.record.isForTheLog else { return }
        log?.log(context.record)
        shared.scoreboard?.note(context.record)
    }
}
