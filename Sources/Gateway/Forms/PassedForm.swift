internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// Upstream's response, unchanged except for the ids of stored objects, if these are bound to callers.
struct PassedForm: ResponseForm {
    private let ids: StoredIDs?

    init(_ ids: StoredIDs? = nil) {
        self.ids = ids
    }

    func transforms(for requests: [TranslatedRequest], _ context: RequestContext) -> [PassedStream] {
        requests.map { _ in PassedStream(waitsForMeaning: true, redaction: context.redaction, ids: ids) }
    }

    func whole(
        _ responses: [UpstreamResponse], _ context: RequestContext
    ) async throws -> (head: ResponseHead, body: [UInt8]) {
        let response = responses[0]
        let document =
            await response.isEventStream()
            ? try await joined(response.response, context) : try await context.document(of: response.response)
        context.record.usage = Usage(of: document.root)
        let bytes = ids.map { BoundIDs.apply($0, to: document) } ?? document.bytes
        let body = document.root.given("error") == nil ? bytes : try context.redacted(bytes)
        return (.json(response.response.status, headers: response.headers), body)
    }

    /// The whole reply of an upstream that streams it unasked.
    private func joined(_ response: Response, _ context: RequestContext) async throws -> Document {
        var (chunks, events) = (ChunkCollector(), ResponseCollector())
        try await context.collect(eventsOf: response) { data in
            guard let event = try? Document(parsing: data.withUnsafeBytes { Array($0) }).root else { return }
            chunks.add(event)
            events.add(event)
        }
        if let failure = events.failure ?? chunks.failure { throw failure }
        guard let body = events.body() ?? chunks.body() else { throw HTTPError.upstreamUnfinished }
        return try Document(parsing: body, maximumDepth: upstreamJSONDepth)
    }
}
