internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// A reply of upstream that needs no translation, whole or streamed.
enum PassedReply {
    static func to(_ request: TranslatedRequest, _ exchange: Exchange) async throws -> Reply {
        if request.context.streams {
            let head = ResponseHead.eventStream(headers: request.headers)
            let stream = PassedStream(waitsForMeaning: true, redaction: exchange.redaction)
            return .events(
                exchange.opening(head, [stream]) {
                    let answer = try await exchange.answer(to: request)
                    if await answer.isEventStream() {
                        return .streams(.eventStream(headers: answer.headers), [answer.response.body])
                    }
                    return .whole(answer.head, body: try await whole(answer.response, exchange))
                })
        }
        let answer = try await exchange.answer(to: request)
        return .whole(answer.head, body: try await whole(answer.response, exchange))
    }

    private static func whole(_ response: Response, _ exchange: Exchange) async throws -> [UInt8] {
        let document = try await exchange.document(of: response)
        exchange.record.usage = Usage(of: document.root)
        return document.root.given("error") == nil ? document.bytes : try exchange.redacted(document.bytes)
    }
}

extension UpstreamCall.Answer {
    fileprivate var head: ResponseHead { .json(response.status, headers: headers) }
}
