internal import CGI
internal import EventStream
internal import JSON
internal import NIOCore
internal import Threads
internal import Translation
internal import Upstream

/// Responses of Chat Completions or the legacy API, translated from responses of the Responses API: one for each choice.
struct TranslatedForm: ResponseForm {
    /// When the response was created, in seconds since 1970.
    private let created = Int(Clock.system.secondsSince1970)

    func transforms(for requests: [TranslatedRequest], _ context: RequestContext) -> [TranslatedStream] {
        let keep = Self.keeper(for: context)
        return requests.enumerated().map { index, request in
            let translator = StreamTranslator(
                context: request.context, id: context.record.requestID, created: created,
                choice: requests.count > 1 ? index : nil)
            return TranslatedStream(translator, keep: keep)
        }
    }

    func whole(
        _ responses: [UpstreamResponse], _ context: RequestContext
    ) async throws -> (head: ResponseHead, body: [UInt8]) {
        if await Self.haveStreams(responses) {
            return (.json(200, headers: responses[0].headers), try await join(responses, context))
        }
        var parts: [ReplyTranslator.Part] = []
        for response in responses {
            parts.append((response.request.context, try await context.document(of: response.response)))
        }
        return (.json(200, headers: responses[0].headers), try translate(parts, context))
    }

    private static func haveStreams(_ responses: [UpstreamResponse]) async -> Bool {
        for response in responses where await response.isEventStream() { return true }
        return false
    }

    /// The whole reply of an upstream that streams it unasked: the chunks that the client would have got, joined.
    private func join(_ responses: [UpstreamResponse], _ context: RequestContext) async throws -> [UInt8] {
        var chunks: [UInt8] = []
        var usages: [Usage] = []
        for (index, response) in responses.enumerated() {
            var translator = StreamTranslator(
                context: response.request.context, id: context.record.requestID, created: created,
                choice: responses.count > 1 ? index : nil)
            if await response.isEventStream() {
                try await context.collect(eventsOf: response.response) { translator.translate($0, into: &chunks) }
                translator.end(into: &chunks)
            } else {
                translator.translateWhole(try await context.collect(response.response), into: &chunks)
            }
            if let usage = translator.usage { usages.append(usage) }
            context.record.usage = Usage.sum(of: usages)
            if case .failed(let failure) = translator.outcome { throw failure }
            Self.keeper(for: context)(translator.reasoning)
        }
        var (collector, parser) = (ChunkCollector(), EventParser())
        try parser.feed(chunks.span.bytes) { _, data in
            guard let chunk = try? Document(parsing: data.withUnsafeBytes { Array($0) }).root else { return }
            collector.add(chunk)
        }
        guard let body = collector.body(usage: context.record.usage) else { throw HTTPError.upstreamUnfinished }
        return body
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func translate(_ parts: [ReplyTranslator.Part], _ context: RequestContext) throws -> [UInt8] {
        let reply: ReplyTranslator.Reply
        do throws(ReplyFailure) {
            reply = try ReplyTranslator(id: context.record.requestID, created: created).translate(parts)
        } catch {
            context.record.usage = error.usage
            throw error
        }
        context.record.usage = reply.usage
        Self.keeper(for: context)(reply.reasoning)
        return reply.body
    }

    /// Stores the model's reasoning for the caller's next turn.
    private static func keeper(for context: RequestContext) -> ([KeptReasoning]) -> Void {
        { context.shared.caches.reasoning?.store($0, for: context.caller, now: context.eventLoop.now) }
    }
}
