internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// `POST /v1/responses`: upstream's own API. The model's name is mapped; everything else goes through untouched.
struct ResponsesEndpoint: Sendable {
    let client: Client
    let requests: UpstreamRequests
    let settings: TranslationSettings

    func respond(
        to request: CGI.Request, on eventLoop: any EventLoop, _ record: inout AccessRecord
    ) async throws -> Reply {
        let settings = try settings.overridden(by: request.parameters)
        let passed = try RequestTranslator(settings: settings)
            .translateResponsesRequest(try Document(parsing: request.body.get()))
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
