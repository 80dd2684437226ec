internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// One request on its way through the gateway, with what its log line will say. Lives on one event loop.
final class Exchange {
    let start = ContinuousClock.now
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

    /// Asks upstream, and gives its answer with the headers for the client.
    ///
    /// - Throws: also when the answer is an error.
    func success(of request: TranslatedRequest) async throws -> (Response, headers: [(name: String, value: String)]) {
        let (responses, headers) = try await successes(of: [request])
        return (responses[0], headers)
    }

    /// Asks upstream several things at once. The first that fails ends the others.
    func successes(
        of requests: [TranslatedRequest]
    ) async throws -> ([Response], headers: [(name: String, value: String)]) {
        record.note(requests[0])
        let responses = requests.count == 1 ? [try await send(upstream.post(requests[0]))] : try await sendAll(requests)
        record.note(responses[0])
        for response in responses where !response.isSuccess {
            throw try await response.failure(headers: response.passedHeaders + requests[0].headers)
        }
        return (responses, responses[0].passedHeaders + requests[0].headers)
    }

    private func sendAll(_ requests: [TranslatedRequest]) async throws -> [Response] {
        let (client, eventLoop) = (client, eventLoop)
        return try await withThrowingTaskGroup(of: (Int, Response).self) { group in
            for (index, request) in requests.enumerated() {
                let request = upstream.post(request)
                group.addTask { (index, try await client.send(request, on: eventLoop)) }
            }
            var responses: [Int: Response] = [:]
            for try await (index, response) in group { responses[index] = response }
            return requests.indices.compactMap { responses[$0] }
        }
    }
}
