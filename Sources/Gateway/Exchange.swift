internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// One request on its way through the gateway, with what its log line will say. Lives on one event loop.
final class Exchange {
    let request: CGI.Request
    let eventLoop: any EventLoop
    let client: Client
    let upstream: UpstreamRequests
    var record: AccessRecord
    private let configuredSettings: TranslationSettings

    init(
        _ request: CGI.Request, on eventLoop: any EventLoop, client: Client, upstream: UpstreamRequests,
        settings: TranslationSettings
    ) {
        self.request = request
        self.eventLoop = eventLoop
        self.client = client
        self.upstream = upstream
        configuredSettings = settings
        record = AccessRecord(requestID: RequestID.of(request), method: request.method, route: request.path)
    }

    /// The operator's settings, with those of the web server's location.
    func settings() throws(ConfigurationError) -> TranslationSettings {
        try configuredSettings.overridden(by: request.parameters)
    }

    /// The request's body, which must be JSON.
    func document() throws -> Document {
        try Document(parsing: request.body.get())
    }

    /// Asks upstream, and notes what was asked and answered.
    func send(_ translated: TranslatedRequest) async throws(UpstreamError) -> Response {
        record.note(translated)
        return try await send(upstream.post(translated))
    }

    /// Asks upstream, and notes what was answered.
    func send(_ request: Upstream.Request) async throws(UpstreamError) -> Response {
        let response = try await client.send(request, on: eventLoop)
        record.note(response)
        return response
    }
}
