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
                    if answer.response.isEventStream {
                        return .streams(.eventStream(headers: answer.headers), [answer.response.body])
                    }
                    return .whole(answer.head, body: try await whole(answer.response, exchange))
                })
        }
        let answer = try await exchange.answer(to: request)
        return .whole(answer.head, body: try await whole(answer.response, exchange))
    }

    private static func whole(_ response: Response, _ exchange: Exchange) async throws -> [UInt8] {
        let body = try await exchange.collect(response)
        guard let root = try? Document(parsing: body, maximumDepth: upstreamJSONDepth).root else { return body }
        exchange.record.usage = Usage(root["usage"])
        return root.given("error") == nil ? body : exchange.redaction.apply(body)
    }
}

extension UpstreamCall.Answer {
    fileprivate var head: ResponseHead { .json(response.status, headers: headers) }
}
