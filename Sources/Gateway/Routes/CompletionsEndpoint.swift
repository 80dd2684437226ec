internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// `POST /v1/completions`, the legacy API: each prompt becomes a request of its own upstream, and a choice of the reply.
/// Where upstream is one of the older servers (`TARGET_API` other than `responses`), it has that API itself.
struct CompletionsEndpoint: Sendable {
    let client: Client
    let requests: UpstreamRequests
    let settings: TranslationSettings
    let modelMapped: ModelMappedEndpoint

    func respond(
        to request: CGI.Request, on eventLoop: any EventLoop, _ record: inout AccessRecord
    ) async throws -> Reply {
        let settings = try settings.overridden(by: request.parameters)
        guard settings.target == .responses else {
            return try await modelMapped.respond(to: request, path: "/completions", on: eventLoop, &record)
        }
        let document = try Document(parsing: request.body.get())
        let translated = try RequestTranslator(settings: settings).translateCompletionRequest(document)
        record.note(translated[0])
        let responses = try await send(translated, on: eventLoop)
        record.note(responses[0])
        let headers = responses[0].passedHeaders + translated[0].headers
        for response in responses where !response.isSuccess {
            throw try await response.failure(headers: response.passedHeaders + translated[0].headers)
        }
        let created = Int(Timestamp.secondsSince1970())
        let isOneOfSeveral = responses.count > 1
        if responses.allSatisfy(\.isEventStream) {
            let strands = zip(responses, translated).enumerated().map { index, pair in
                let translator = StreamTranslator(
                    context: pair.1.context, id: record.requestID, created: created,
                    choice: isOneOfSeveral ? index : nil)
                return Strand(pair.0.body, through: TranslatedStream(translator))
            }
            return .chunks(.eventStream(headers: headers), strands)
        }
        var parts: [ReplyTranslator.Part] = []
        for (response, request) in zip(responses, translated) {
            parts.append((request.context, try await response.document()))
        }
        let reply = try ReplyTranslator(id: record.requestID, created: created).translate(parts)
        record.usage = reply.usage
        return .whole(.json(200, headers: headers), body: reply.body)
    }

    /// Sends all requests at once. The first that cannot be sent ends the others.
    private func send(
        _ translated: [TranslatedRequest], on eventLoop: any EventLoop
    ) async throws -> [Response] {
        try await withThrowingTaskGroup(of: (Int, Response).self) { group in
            for (index, request) in translated.enumerated() {
                let request = requests.post(request.path, json: request.body, streams: request.context.streams)
                group.addTask { (index, try await client.send(request, on: eventLoop)) }
            }
            var responses: [Int: Response] = [:]
            for try await (index, response) in group { responses[index] = response }
            return translated.indices.compactMap { responses[$0] }
        }
    }
}
