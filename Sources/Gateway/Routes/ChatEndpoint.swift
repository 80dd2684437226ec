internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// `POST /v1/chat/completions`: Chat Completions in, Chat Completions out, whatever upstream speaks.
enum ChatEndpoint {
    static func respond(to exchange: Exchange) async throws -> Reply {
        let settings = try exchange.settings()
        let translated = try RequestTranslator(settings: settings).translateChatRequest(exchange.document())
        let response = try await exchange.send(translated)
        let headers = response.passedHeaders + translated.headers
        guard response.isSuccess else { throw try await response.failure(headers: headers) }
        let created = Int(Timestamp.secondsSince1970())
        if response.isEventStream {
            let head = ResponseHead.eventStream(headers: headers)
            guard settings.target == .responses else { return .events(head, response.body, waitingForMeaning: true) }
            let translator = StreamTranslator(
                context: translated.context, id: exchange.record.requestID, created: created)
            return .chunks(head, [Strand(response.body, through: TranslatedStream(translator))])
        }
        guard settings.target == .responses else {
            let body = try await response.body.collect(upTo: maximumReply)
            return .whole(.json(response.status, headers: headers), body: body)
        }
        let reply = try ReplyTranslator(id: exchange.record.requestID, created: created)
            .translate([(translated.context, try await response.document())])
        exchange.record.usage = reply.usage
        return .whole(.json(200, headers: headers), body: reply.body)
    }
}
