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
    private let shared: Exchange.Shared
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
        shared = Exchange.Shared(
            upstreams: Upstreams(configuration, client, files),
            memory: Memory(reasoningCapacity: configuration.reasoningCache), budget: budget,
            admission: Admission(limit: configuration.maxStreams), scoreboard: scoreboard,
            settings: configuration.translation,
            catalogue: Current(configuration.models, .modelsFile, files),
            today: today)
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
        let exchange = Exchange(consume request, on: eventLoop, sharing: shared)
        do {
            let reply = try await reply(to: exchange)
            exchange.record.firstByte = ContinuousClock.now - exchange.start
            await write(reply, to: responseWriter(sink, for: exchange), exchange)
        } catch {
            await write(Failure(error), to: responseWriter(sink, for: exchange), exchange)
        }
        finish(exchange, clientLeft: sink.clientIsGone)
    }

    // What follows is taken out of the functions that wait, wherever it need not wait itself: its variables would take room
    // in the task's frames, which live as long as a stream.

    @inline(never)
    private func finish(_ exchange: Exchange, clientLeft: Bool) {
        exchange.leave()
        exchange.noteTries()
        exchange.record.clientLeft = clientLeft
        exchange.record.duration = ContinuousClock.now - exchange.start
        guard exchange.record.isForTheLog else { return }
        log?.log(exchange.record)
        shared.scoreboard?.note(exchange.record)
    }

    @inline(never)
    private func responseWriter(_ sink: any ByteSink, for exchange: Exchange) -> ResponseWriter {
        let id = exchange.record.requestID
        return ResponseWriter(
            sink, headers: configuration.crossOrigin.headers(for: exchange.request) + [("x-gpt-proxy-request-id", id)],
            // Where upstream has not answered, client libraries find the name here that they look for.
            defaults: [("x-request-id", id)])
    }

    private func reply(to exchange: Exchange) async throws -> Reply {
        let route = try route(of: exchange)
        if let head = configuration.crossOrigin.preflight(exchange.request, methods: route.methods) {
            return .whole(head, body: [])
        }
        try await authorize(exchange, for: route)
        if route.isForUpstream {
            // Before there is a place to wait for: what does not come whole must not take one.
            try await exchange.receiveBody()
            try await exchange.enter()
            if let reply = try SubstituteReply.to(exchange, on: route) { return reply }
        }
        return try await reply(to: exchange, on: route)
    }

    private func route(of exchange: Exchange) throws(Failure) -> Route {
        let request = exchange.request
        guard
            let route = Route(
                path: request.path, passing: configuration.passthrough, statusPath: configuration.statusPath)
        else { throw Failure.notFound }
        exchange.record.route = route.name
        exchange.record.routePattern = route.pattern
        return route
    }

    /// - Throws: when the request may not be made: not in this way, or not by whoever makes it.
    private func authorize(_ exchange: Exchange, for route: Route) async throws(Failure) {
        let request = exchange.request
        if let methods = route.methods, !methods.contains(request.method) {
            throw Failure.methodNotAllowed(methods)
        }
        guard route != .status, route != .health || HealthEndpoint.asksUpstream(request) else { return }
        exchange.record.caller = try await authenticator.caller(of: request)
    }

    private func reply(to exchange: Exchange, on route: Route) async throws -> Reply {
        switch route {
        case .proxy: try await ProxyEndpoint.respond(to: exchange)
        case .chatCompletions: try await ChatEndpoint.respond(to: exchange)
        case .completions: try await CompletionsEndpoint.respond(to: exchange)
        case .responses: try await ModelMappedEndpoint.respond(to: exchange, path: "/responses")
        case .compact: try await ModelMappedEndpoint.respond(to: exchange, path: "/responses/compact")
        case .inputTokens: try await ModelMappedEndpoint.respond(to: exchange, path: "/responses/input_tokens")
        case .models(let id): try await ModelsEndpoint.respond(to: exchange, id: id)
        case .passed(let path): try await PassthroughEndpoint.respond(to: exchange, path: path)
        case .health: try await HealthEndpoint.respond(to: exchange)
        case .authorization: AuthorizationEndpoint.respond(to: exchange)
        case .status: try await StatusEndpoint.respond(to: exchange, statusRenderer)
        }
    }

    private func write(_ reply: Reply, to writer: consuming ResponseWriter, _ exchange: Exchange) async {
        switch reply {
        case .whole(let head, let body):
            exchange.record.status = head.status
            await writer.respond(head, body: body, withoutBody: exchange.request.method == "HEAD")
        case .bytes(let opening): await forward(opening, to: writer, exchange)
        case .events(let opening): await forward(opening, to: writer, exchange)
        case .chunks(let opening): await forward(opening, to: writer, exchange)
        case .ticks(let ticks):
            exchange.record.status = ticks.head.status
            await ticks.write(to: writer)
        }
    }

    @inline(never)
    private func forward(
        _ opening: Opening<some StreamTransform>, to writer: consuming ResponseWriter, _ exchange: Exchange
    ) async {
        let forwarder = forwarder(of: opening, to: writer, exchange)
        let failure = await forwarder.run()
        note(failure, of: forwarder, exchange)
        guard let failure, let writer = forwarder.takeResponseWriter() else { return }
        await write(failure, to: writer, exchange)
    }

    @inline(never)
    private func forwarder<Transform>(
        of opening: Opening<Transform>, to writer: consuming ResponseWriter, _ exchange: Exchange
    ) -> StreamForwarder<Transform> {
        exchange.record.status = opening.head.status
        return StreamForwarder(
            opening, to: writer, on: exchange.eventLoop,
            pace: .init(
                heartbeat: TimeAmount(configuration.heartbeat),
                headDelay: TimeAmount(configuration.streamHeadDelay)),
            redaction: shared.upstreams.redaction, memory: MemoryBudget.Share(of: shared.budget), place: exchange.place)
    }

    @inline(never)
    private func note(_ failure: Failure?, of forwarder: StreamForwarder<some StreamTransform>, _ exchange: Exchange) {
        exchange.record.outputTokensSeen = forwarder.outputTokens
        exchange.record.error = failure?.reason
        if let begunAt = forwarder.begunAt { exchange.record.firstByte = begunAt - exchange.start }
        if let usage = forwarder.usage { exchange.record.usage = usage }
    }

    @inline(never)
    private func write(
        _ failure: Failure, to writer: consuming ResponseWriter, _ exchange: Exchange
    ) async {
        let (head, body) = answer(failure.unlessStopping(clientIsGone: writer.clientIsGone), to: exchange)
        await writer.respond(head, body: body, withoutBody: exchange.request.method == "HEAD")
    }

    @inline(never)
    private func answer(_ failure: Failure, to exchange: Exchange) -> (ResponseHead, [UInt8]) {
        var failure = failure.redacted(shared.upstreams.redaction)
        // Client libraries try again too, and heed this: their tries would multiply the proxy's.
        if failure.status >= 500, exchange.hasTriedAll { failure.headers.append(("x-should-retry", "false")) }
        exchange.record.status = failure.status
        exchange.record.error = failure.reason
        let body = failure.body(Route.failureStyle(path: exchange.request.path))
        return (.json(failure.status, headers: failure.headers), body)
    }
}
