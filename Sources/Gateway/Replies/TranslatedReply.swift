internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// Upstream's responses to one or several requests as one reply of Chat Completions or the legacy API.
enum TranslatedReply {
    /// - Parameter requests: at least one; all whole or all streamed.
    static func to(_ requests: [TranslatedRequest], _ exchange: Exchange) async throws -> Reply {
        if requests[0].context.streams { return stream(requests, exchange) }
        let created = Int(Timestamp.secondsSince1970())
        let (head, body) = try await whole(exchange.answers(to: requests), created: created, exchange)
        return .whole(head, body: body)
    }

    /// By itself: its variables would take room in the task's frame, which lives as long as the stream.
    @inline(never)
    private static func stream(_ requests: [TranslatedRequest], _ exchange: Exchange) -> Reply {
        let created = Int(Timestamp.secondsSince1970())
        let keep = keeper(for: exchange)
        let transforms = requests.enumerated().map { index, request in
            let translator = StreamTranslator(
                context: request.context, id: exchange.record.requestID, created: created,
                choice: requests.count > 1 ? index : nil)
            return TranslatedStream(translator, keep: keep)
        }
        return .chunks(
            exchange.opening(.eventStream(headers: requests[0].headers), transforms) {
                let answers = try await exchange.answers(to: requests)
                for answer in answers where await !answer.isEventStream() {
                    let (head, body) = try await whole(answers, created: created, exchange)
                    return .whole(head, body: body)
                }
                return .streams(
                    .eventStream(headers: answers[0].headers), answers.map(\.response.body),
                    contexts: answers.map(\.request.context))
            })
    }

    private static func whole(
        _ answers: [UpstreamCall.Answer], created: Int, _ exchange: Exchange
    ) async throws -> (ResponseHead, [UInt8]) {
        var parts: [ReplyTranslator.Part] = []
        for answer in answers {
            parts.append((answer.request.context, try await exchange.document(of: answer.response)))
        }
        let reply = try ReplyTranslator(id: exchange.record.requestID, created: created).translate(parts)
        exchange.record.usage = reply.usage
        keeper(for: exchange)(reply.reasoning)
        return (.json(200, headers: answers[0].headers), reply.body)
    }

    /// Keeps what the model thought for the caller's next turn.
    private static func keeper(for exchange: Exchange) -> ([KeptReasoning]) -> Void {
        let (memory, caller) = (exchange.memory, exchange.caller)
        return { memory.reasoning?.store($0, for: caller) }
    }
}
