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
    private let completions: CompletionsEndpoint
    private let modelMapped: ModelMappedEndpoint
    private let models: ModelsEndpoint
    private let passthrough: PassthroughEndpoint
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
        let settings = configuration.translation
        proxy = ProxyEndpoint(client: client, requests: requests, settings: settings)
        chat = ChatEndpoint(client: client, requests: requests, settings: settings)
        modelMapped = ModelMappedEndpoint(client: client, requests: requests, settings: settings)
        completions = CompletionsEndpoint(
            client: client, requests: requests, settings: settings, modelMapped: modelMapped)
        models = ModelsEndpoint(client: client, requests: requests, settings: settings)
        passthrough = PassthroughEndpoint(client: client, requests: requests)
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
        guard let route = Route(path: request.path, passing: configuration.passthrough) else { throw Failure.notFound }
        record.route = route.name
        if let methods = route.methods, !methods.contains(request.method) {
            throw Failure.methodNotAllowed(methods)
        }
        if route != .health || HealthEndpoint.asksUpstream(request) {
            record.caller = authenticator.caller(of: request)
            guard record.caller != nil else { throw Failure.invalidKey }
        }
        return switch route {
        case .proxy: try await proxy.respond(to: request, on: eventLoop, &record)
        case .chatCompletions: try await chat.respond(to: request, on: eventLoop, &record)
        case .completions: try await completions.respond(to: request, on: eventLoop, &record)
        case .responses: try await modelMapped.respond(to: request, path: "/responses", on: eventLoop, &record)
        case .models(let id): try await models.respond(to: request, id: id, on: eventLoop, &record)
        case .passed(let path): try await passthrough.respond(to: request, path: path, on: eventLoop, &record)
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
        case .bytes(let head, let body):
            let strand = Strand(body, through: PassedBytes())
            await forward([strand], head, to: writer, of: request, on: eventLoop, &record)
        case .events(let head, let body, let waitingForMeaning):
            let strand = Strand(body, through: PassedStream(waitsForMeaning: waitingForMeaning))
            await forward([strand], head, to: writer, of: request, on: eventLoop, &record)
        case .chunks(let head, let strands):
            await forward(strands, head, to: writer, of: request, on: eventLoop, &record)
        }
    }

    private func forward(
        _ strands: [Strand<some StreamTransform>], _ head: ResponseHead, to writer: consuming ResponseWriter,
        of request: CGI.Request, on eventLoop: any EventLoop, _ record: inout AccessRecord
    ) async {
        record.status = head.status
        let forwarder = StreamForwarder(
            strands, head: head, to: writer, on: eventLoop,
            pace: .init(
                heartbeat: TimeAmount(configuration.heartbeat),
                headDelay: TimeAmount(configuration.streamHeadDelay)))
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

extension AccessRecord {
    /// The record of a request of which nothing is known yet.
    init(_ request: CGI.Request) {
        self.init(requestID: RequestID.of(request), method: request.method, route: request.path)
    }
}
