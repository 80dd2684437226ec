internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// `POST /v1/completions`, the legacy API: each prompt becomes a request of its own upstream, and a choice of the reply.
/// Where upstream is one of the older servers (`TARGET_API` other than `responses`), it has that API itself.
enum CompletionsEndpoint {
    static func respond(to exchange: Exchange) async throws -> Reply {
        let settings = try exchange.settings()
        guard settings.target == .responses else {
            return try await ModelMappedEndpoint.respond(to: exchange, path: "/completions")
        }
        let translated = try RequestTranslator(settings: settings).translateCompletionRequest(exchange.document())
        exchange.record.note(translated[0])
        let responses = try await send(translated, exchange)
        exchange.record.note(responses[0])
        let headers = responses[0].passedHeaders + translated[0].headers
        for response in responses where !response.isSuccess {
            throw try await response.failure(headers: response.passedHeaders + translated[0].headers)
        }
        let created = Int(Timestamp.secondsSince1970())
        let isOneOfSeveral = responses.count > 1
        if responses.allSatisfy(\.isEventStream) {
            let strands = zip(responses, translated).enumerated().map { index, pair in
                let translator = StreamTranslator(
                    context: pair.1.context, id: exchange.record.requestID, created: created,
                    choice: isOneOfSeveral ? index : nil)
                return Strand(pair.0.body, through: TranslatedStream(translator))
            }
            return .chunks(.eventStream(headers: headers), strands)
        }
        var parts: [ReplyTranslator.Part] = []
        for (response, request) in zip(responses, translated) {
            parts.append((request.context, try await response.document()))
        }
        let reply = try ReplyTranslator(id: exchange.record.requestID, created: created).translate(parts)
        exchange.record.usage = reply.usage
        return .whole(.json(200, headers: headers), body: reply.body)
    }

    /// Sends all requests at once. The first that cannot be sent ends the others.
    private static func send(_ translated: [TranslatedRequest], _ exchange: Exchange) async throws -> [Response] {
        let (client, eventLoop) = (exchange.client, exchange.eventLoop)
        return try await withThrowingTaskGroup(of: (Int, Response).self) { group in
            for (index, request) in translated.enumerated() {
                let request = exchange.upstream.post(request)
                group.addTask { (index, try await client.send(request, on: eventLoop)) }
            }
            var responses: [Int: Response] = [:]
            for try await (index, response) in group { responses[index] = response }
            return translated.indices.compactMap { responses[$0] }
        }
    }
}
