internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// Upstream's responses to one or several requests as one reply of Chat Completions or the legacy API.
enum TranslatedReply {
    /// - Parameter requests: at least one; all whole or all streamed.
    static func to(_ requests: [TranslatedRequest], _ exchange: Exchange) async throws -> Reply {
        let created = Int(Timestamp.secondsSince1970())
        guard requests[0].context.streams else {
            let (responses, headers) = try await exchange.successes(of: requests)
            let body = try await whole(responses, to: requests, created: created, exchange)
            return .whole(.json(200, headers: headers), body: body)
        }
        let transforms = requests.enumerated().map { index, request in
            let translator = StreamTranslator(
                context: request.context, id: exchange.record.requestID, created: created,
                choice: requests.count > 1 ? index : nil)
            return TranslatedStream(translator)
        }
        return .chunks(
            Opening(head: .eventStream(headers: requests[0].headers), transforms: transforms) {
                let (responses, headers) = try await exchange.successes(of: requests)
                if responses.allSatisfy(\.isEventStream) {
                    return .streams(.eventStream(headers: headers), responses.map(\.body))
                }
                let body = try await whole(responses, to: requests, created: created, exchange)
                return .whole(.json(200, headers: headers), body: body)
            })
    }

    private static func whole(
        _ responses: [Response], to requests: [TranslatedRequest], created: Int, _ exchange: Exchange
    ) async throws -> [UInt8] {
        var parts: [ReplyTranslator.Part] = []
        for (response, request) in zip(responses, requests) {
            parts.append((request.context, try await response.document()))
        }
        let reply = try ReplyTranslator(id: exchange.record.requestID, created: created).translate(parts)
        exchange.record.usage = reply.usage
        return reply.body
    }
}
