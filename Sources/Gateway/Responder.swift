internal import Access
public import CGI
public import Files
internal import Logging
public import Logs
public import Models
internal import Monitoring
public import NIOCore
public import Scoreboard
internal import Settings
internal import Translation
public import Upstream

/// Responds to requests: authenticates the caller, selects the route and runs its endpoint. One per process, used from
/// every event loop.
public final class Responder: Sendable {
    private let configuration: Configuration
    private let authenticator: Authenticator
    private let shared: RequestContext.Shared
    private let statusRenderer: StatusRenderer?
    private let files: FileWatch
    private let log: AccessLog?

    /// - Parameters:
    ///   - configuration: the operator's settings.
    ///   - client: sends the upstream requests.
    ///   - budget: limits the total memory of request bodies and responses.
    ///   - files: watches the files that the configuration names, once it has been started; nil keeps the values that were
    ///     read with the configuration.
    ///   - scoreboard: shows other processes the state of this one; see ``Configuration/makeScoreboard()``.
    ///   - writeLogLine: writes each request's log line; by default `LogWriter.standardError`.
    ///   - today: returns the current day, which decides which models are retired.
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

    /// Starts a reload of the files with keys, secrets, models and authorities, without waiting for it. Running streams
    /// continue.
    public func reloadFiles() {
        files.lookNow()
        authenticator.expirePublishedKeys()
    }

    /// Responds to one request and logs it. Returns when everything is written, or the client has disconnected.
    ///
    /// Runs on `eventLoop`, to which its task is pinned; cancelling the task cancels the upstream request.
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
        let route = try await route(of: context)
        if let head = configuration.crossOrigin.preflight(context.request, methods: route.methods) {
            return await context.respond(head, body: [])
        }
        try await authorize(context, for: route)
        if route.isForUpstream {
            // Before a permit is taken: a slow upload must not hold one.
            try await context.receiveBody()
            try await context.acquirePermit()
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

    private func route(of context: RequestContext) async throws(HTTPError) -> Route {
        if let route = selectRoute(of: context) { return route }
        guard APIPath(context.request.path).below != nil else { throw .notFound }
        // Without a key, OpenAI does not say which addresses it has.
        try await identifyCaller(of: context)
        throw .invalidURL(context.request)
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func selectRoute(of context: RequestContext) -> Route? {
        let request = context.request
        let selected = Route.select(
            request.path, method: request.method, passing: configuration.passthrough,
            statusPath: configuration.statusPath)
        guard let (route, model) = selected else { return nil }
        context.modelInPath = model
        context.record.route = route.pattern
        context.record.routePattern = route.pattern
        return route
    }

    /// - Throws: when the method or the caller is not permitted.
    private func authorize(_ context: RequestContext, for route: Route) async throws(HTTPError) {
        let request = context.request
        if let methods = route.methods, !methods.contains(request.method) {
            throw HTTPError.methodNotAllowed(methods)
        }
        guard route != .status, route != .health || HealthEndpoint.asksUpstream(request) else { return }
        try await identifyCaller(of: context)
    }

    private func identifyCaller(of context: RequestContext) async throws(HTTPError) {
        do throws(AccessError) {
            context.record.caller = try await authenticator.caller(of: context.request)
        } catch {
            throw HTTPError(error)
        }
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
        // Client libraries retry too, unless this header forbids it: their retries would multiply the proxy's.
        if failure.status >= 500, context.isExhausted { failure.headers.append(("x-should-retry", "false")) }
        context.record.status = failure.status
        context.record.note(failure)
        let body = failure.body(HTTPError.Style(of: APIPath(context.request.path)))
        return (.json(failure.status, headers: failure.headers), body)
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func finish(_ context: RequestContext, clientLeft: Bool) {
        context.releasePermits()
        context.noteCalls()
        context.record.clientLeft = clientLeft
        context.record.duration = context.elapsed
        guard context.record.isForTheLog else { return }
        log?.log(context.record)
        shared.scoreboard?.note(context.record)
    }
}
