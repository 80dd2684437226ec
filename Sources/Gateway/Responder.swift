public import CGI
internal import Logging
public import NIOCore
internal import Translation
public import Upstream

/// Answers requests: who is it, what is it for, what does upstream say. One per process, used from every event loop.
public final class Responder: Sendable {
    private let configuration: Configuration
    private let keys: KeyStore?
    private let authenticator: Authenticator
    private let upstreams: Upstreams
    private let memory: Memory
    private let admission: Admission
    private let log: AccessLog?

    /// - Parameters:
    ///   - configuration: what the operator decided.
    ///   - client: makes the requests upstream.
    ///   - writeLogLine: takes each request's log line; by default standard error does.
    public init(
        configuration: Configuration, client: Client,
        writeLogLine: (@Sendable ([UInt8]) -> Void)? = nil
    ) {
        self.configuration = configuration
        let log = StandardError.logger(level: configuration.logLevel, format: configuration.logFormat)
        keys = configuration.keys.map { KeyStore($0.file, $0.ring, log: log) }
        authenticator = Authenticator(key: configuration.proxyKey, store: keys)
        upstreams = Upstreams(configuration, client, log: log)
        memory = Memory(reasoningCapacity: configuration.reasoningCache)
        admission = Admission(limit: configuration.maxStreams)
        self.log =
            configuration.logLevel <= .info
            ? AccessLog(format: configuration.logFormat, write: writeLogLine ?? StandardError.write) : nil
    }

    /// Reads the file of keys anew, if there is one. Streams that run go on.
    public func reloadKeys() {
        keys?.reload()
    }

    /// Answers one request and logs it. Returns when everything is written, or the client has gone.
    ///
    /// Runs on `eventLoop`, where its task is pinned; cancelling the task ends the request upstream.
    public func respond(to request: CGI.Request, sink: any ByteSink, on eventLoop: any EventLoop) async {
        let exchange = Exchange(
            request, on: eventLoop, upstreams: upstreams, memory: memory, admission: admission,
            settings: configuration.translation)
        do {
            let route = try authorizedRoute(of: exchange)
            let takesPlace = route != .health && route != .authorization
            if takesPlace {
                // What has not come whole is refused now: it must not wait, perhaps with the process's last descriptor.
                _ = try request.body.get()
                try await exchange.enter()
            }
            defer { exchange.leave() }
            let reply = try await reply(to: exchange, on: route)
            exchange.record.firstByte = ContinuousClock.now - exchange.start
            await write(reply, to: ResponseWriter(sink), exchange)
        } catch {
            await write(Failure(error), to: ResponseWriter(sink), exchange)
        }
        exchange.noteTries()
        exchange.record.clientLeft = sink.clientIsGone
        exchange.record.duration = ContinuousClock.now - exchange.start
        log?.log(exchange.record)
    }

    /// What the request is for, if it may be made at all.
    private func authorizedRoute(of exchange: Exchange) throws(Failure) -> Route {
        let request = exchange.request
        guard let route = Route(path: request.path, passing: configuration.passthrough) else { throw Failure.notFound }
        exchange.record.route = route.name
        if let methods = route.methods, !methods.contains(request.method) {
            throw Failure.methodNotAllowed(methods)
        }
        if route != .health || HealthEndpoint.asksUpstream(request) {
            exchange.record.caller = authenticator.caller(of: request)
            guard exchange.record.caller != nil else { throw Failure.invalidKey }
        }
        return route
    }

    private func reply(to exchange: Exchange, on route: Route) async throws -> Reply {
        switch route {
        case .proxy: try await ProxyEndpoint.respond(to: exchange)
        case .chatCompletions: try await ChatEndpoint.respond(to: exchange)
        case .completions: try await CompletionsEndpoint.respond(to: exchange)
        case .responses: try await ModelMappedEndpoint.respond(to: exchange, path: "/responses")
        case .models(let id): try await ModelsEndpoint.respond(to: exchange, id: id)
        case .passed(let path): try await PassthroughEndpoint.respond(to: exchange, path: path)
        case .health: try await HealthEndpoint.respond(to: exchange)
        case .authorization: AuthorizationEndpoint.respond(to: exchange)
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
        }
    }

    private func forward(
        _ opening: Opening<some StreamTransform>, to writer: consuming ResponseWriter, _ exchange: Exchange
    ) async {
        exchange.record.status = opening.head.status
        let forwarder = StreamForwarder(
            opening, to: writer, on: exchange.eventLoop,
            pace: .init(
                heartbeat: TimeAmount(configuration.heartbeat),
                headDelay: TimeAmount(configuration.streamHeadDelay)))
        let failure = await forwarder.run()
        exchange.record.error = failure?.reason
        if let begunAt = forwarder.begunAt { exchange.record.firstByte = begunAt - exchange.start }
        if let usage = forwarder.usage { exchange.record.usage = usage }
        guard let failure, let writer = forwarder.takeResponseWriter() else { return }
        await write(failure, to: writer, exchange)
    }

    private func write(
        _ failure: Failure, to writer: consuming ResponseWriter, _ exchange: Exchange
    ) async {
        var failure = failure.unlessStopping(clientIsGone: writer.clientIsGone)
        // Client libraries try again too, and heed this: their tries would multiply the proxy's.
        if failure.status >= 500, exchange.hasTriedAll { failure.headers.append(("x-should-retry", "false")) }
        exchange.record.status = failure.status
        exchange.record.error = failure.reason
        await writer.respond(
            .json(failure.status, headers: failure.headers),
            body: failure.body(Route.failureStyle(path: exchange.request.path)),
            withoutBody: exchange.request.method == "HEAD")
    }
}
