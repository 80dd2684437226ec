internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// Routes whose API upstream speaks itself, such as `POST /v1/responses`: the model's name is mapped, and everything else
/// goes through untouched.
struct ModelMappedEndpoint: Sendable {
    let client: Client
    let requests: UpstreamRequests
    let settings: TranslationSettings

    /// - Parameter path: the route upstream.
    func respond(
        to request: CGI.Request, path: String, on eventLoop: any EventLoop, _ record: inout AccessRecord
    ) async throws -> Reply {
        let settings = try settings.overridden(by: request.parameters)
        let passed = try RequestTranslator(settings: settings)
            .mapModel(of: try Document(parsing: request.body.get()), for: path)
        record.note(passed)
        let response = try await client.send(
            requests.post(passed.path, json: passed.body, streams: passed.context.streams), on: eventLoop)
        record.note(response)
        let headers = response.passedHeaders
        guard response.isSuccess else { throw try await response.failure(headers: headers) }
        if response.isEventStream {
            return .events(.eventStream(headers: headers), response.body, waitingForMeaning: true)
        }
        let body = try await response.body.collect(upTo: maximumReply)
        if let document = try? Document(parsing: body, maximumDepth: upstreamJSONDepth) {
            record.usage = Usage(document.root["usage"])
        }
        return .whole(.json(response.status, headers: headers), body: body)
    }
}
