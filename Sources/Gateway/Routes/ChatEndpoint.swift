internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// `POST /v1/chat/completions`: Chat Completions in, Chat Completions out, whatever upstream speaks.
struct ChatEndpoint: Sendable {
    let client: Client
    let requests: UpstreamRequests
    let settings: TranslationSettings

    func respond(
        to request: CGI.Request, on eventLoop: any EventLoop, _ record: inout AccessRecord
    ) async throws -> Reply {
        let document = try Document(parsing: request.body.get())
        let settings = try settings.overridden(by: request.parameters)
        let translated = try RequestTranslator(settings: settings).translateChatRequest(document)
        record.note(translated)
        let response = try await client.send(
            requests.post(translated.path, json: translated.body, streams: translated.context.streams),
            on: eventLoop)
        record.note(response)
        let headers = response.passedHeaders + translated.headers
        guard response.isSuccess else { throw try await response.failure(headers: headers) }
        let created = Int(Timestamp.secondsSince1970())
        if response.isEventStream {
            let head = ResponseHead.eventStream(headers: headers)
            guard settings.target == .responses else { return .events(head, response.body, waitingForMeaning: true) }
            let translator = StreamTranslator(context: translated.context, id: record.requestID, created: created)
            return .chunks(head, [Strand(response.body, through: TranslatedStream(translator))])
        }
        guard settings.target == .responses else {
            let body = try await response.body.collect(upTo: maximumReply)
            return .whole(.json(response.status, headers: headers), body: body)
        }
        let reply = try ReplyTranslator(id: record.requestID, created: created)
            .translate([(translated.context, try await response.document())])
        record.usage = reply.usage
        return .whole(.json(200, headers: headers), body: reply.body)
    }
}
