public import CGI
internal import Logging
public import NIOCore
internal import Translation
public import Upstream

/// Answers requests: who is it, what is it for, what does upstream say. One per process, used from every event loop.
public final class Responder: Sendable {
    private let configuration: Configuration
    private let authenticator: Authenticator
    private let proxy: ProxyEndpoint
    private let chat: ChatEndpoint
    private let health: HealthEndpoint
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
        authenticator = Authenticator(key: configuration.proxyKey)
        let requests = UpstreamRequests(configuration)
        proxy = ProxyEndpoint(client: client, requests: requests, settings: configuration.translation)
        chat = ChatEndpoint(client: client, requests: requests, settings: configuration.translation)
        health = HealthEndpoint(client: client, requests: requests)
        log =
            configuration.logLevel <= .info
            ? AccessLog(format: configuration.logFormat, write: writeLogLine ?? StandardError.write) : nil
    }

    /// Answers one request and logs it. Returns when everything is written, or the client has gone.
    ///
    /// Runs on `eventLoop`, where its task is pinned; cancelling the task ends the request upstream.
    public func respond(to request: CGI.Request, sink: any ByteSink, on eventLoop: any EventLoop) async {
        let start = ContinuousClock.now
        var record = AccessRecord(request)
        do {
            let reply = try await reply(to: request, on: eventLoop, &record)
            record.firstByte = ContinuousClock.now - start
            await write(reply, to: ResponseWriter(sink), of: request, on: eventLoop, &record)
        } catch {
            await write(Failure(error), to: ResponseWriter(sink), of: request, &record)
        }
        record.clientLeft = Task.isCancelled
        record.duration = ContinuousClock.now - start
        log?.log(record)
    }

    private func reply(
        to request: CGI.Request, on eventLoop: any EventLoop, _ record: inout AccessRecord
    ) async throws -> Reply {
        guard let route = Route(path: request.path) else { throw Failure.notFound }
        record.route = route.name
        guard route.methods.contains(request.method) else { throw Failure.methodNotAllowed(route.methods) }
        if route != .health || HealthEndpoint.asksUpstream(request) {
            record.caller = authenticator.caller(of: request)
            guard record.caller != nil else { throw Failure.invalidKey }
        }
        return switch route {
        case .proxy: try await proxy.respond(to: request, on: eventLoop, &record)
        case .chatCompletions: try await chat.respond(to: request, on: eventLoop, &record)
        case .health: try await health.respond(to: request, on: eventLoop, &record)
        }
    }

    private func write(
        _ reply: Reply, to writer: consuming ResponseWriter, of request: CGI.Request, on eventLoop: any EventLoop,
        _ record: inout AccessRecord
    ) async {
        switch reply {
        case .whole(let head, let body):
            record.status = head.status
            await writer.respond(head, body: body, withoutBody: request.method == "HEAD")
        case .events(let head, let body):
            record.status = head.status
            await forward(
                StreamForwarder(
                    body, through: PassedStream(), head: head, to: writer, on: eventLoop, pace: .init(configuration)),
                request, &record)
        case .chunks(let head, let body, let translator):
            record.status = head.status
            await forward(
                StreamForwarder(
                    body, through: TranslatedStream(translator), head: head, to: writer, on: eventLoop,
                    pace: .init(configuration)),
                request, &record)
        }
    }

    private func forward(
        _ forwarder: StreamForwarder<some StreamTransform>, _ request: CGI.Request, _ record: inout AccessRecord
    ) async {
        let failure = await forwarder.run()
        record.error = failure?.reason
        record.usage = forwarder.usage
        guard let failure, let writer = forwarder.takeResponseWriter() else { return }
        await write(failure, to: writer, of: request, &record)
    }

    private func write(
        _ failure: Failure, to writer: consuming ResponseWriter, of request: CGI.Request, _ record: inout AccessRecord
    ) async {
        record.status = failure.status
        record.error = failure.reason
        await writer.respond(
            .json(failure.status, headers: failure.headers),
            body: failure.body(Route.failureStyle(path: request.path)), withoutBody: request.method == "HEAD")
    }
}

extension StreamForwarder.Pace {
    fileprivate init(_ configuration: Configuration) {
        self.init(heartbeat: TimeAmount(configuration.heartbeat), headDelay: TimeAmount(configuration.streamHeadDelay))
    }
}

extension AccessRecord {
    /// The record of a request of which nothing is known yet.
    init(_ request: CGI.Request) {
        self.init(requestID: RequestID.of(request), method: request.method, route: request.path)
    }
}
