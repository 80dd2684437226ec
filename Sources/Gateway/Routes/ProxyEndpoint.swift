internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// `POST /proxy`, the original contract: the request mapped, upstream's reply handed through as it is.
enum ProxyEndpoint {
    static func respond(to exchange: Exchange) async throws -> Reply {
        let translated = try exchange.translator().translateProxyRequest(exchange.takeDocument())
        let answer = try await answer(to: translated, exchange)
        guard await answer.isEventStream() else {
            let (head, body) = try await whole(answer, exchange)
            return .whole(head, body: body)
        }
        var opened: UpstreamCall.Answer? = answer
        return .events(
            exchange.opening(
                .eventStream(headers: answer.headers),
                [PassedStream(waitsForMeaning: false, redaction: exchange.redaction)]
            ) {
                let answer =
                    if let opened = opened.take() { opened } else { try await Self.answer(to: translated, exchange) }
                if await answer.isEventStream() {
                    return .streams(.eventStream(headers: answer.headers), [answer.response.body])
                }
                let (head, body) = try await whole(answer, exchange)
                return .whole(head, body: body)
            })
    }

    /// A refusal of upstream is the proxy's failure here, with what upstream said within.
    private static func answer(
        to translated: TranslatedRequest, _ exchange: Exchange
    ) async throws -> UpstreamCall.Answer {
        do {
            return try await exchange.answer(to: translated)
        } catch let refusal as Refusal {
            throw Failure(
                status: 502, reason: "upstream_status", message: "Upstream answered \(refusal.status).",
                headers: refusal.headers, upstream: (refusal.status, refusal.body))
        }
    }

    /// A good reply: as it is when it is JSON, else wrapped.
    private static func whole(
        _ answer: UpstreamCall.Answer, _ exchange: Exchange
    ) async throws -> (ResponseHead, [UInt8]) {
        let head = ResponseHead.json(answer.response.status, headers: answer.headers)
        let body = try await exchange.collect(answer.response)
        guard let document = try? Document(parsing: body, maximumDepth: upstreamJSONDepth) else {
            var wrapped = Writer(reservingCapacity: body.count + 32)
            wrapped.json(orRawText: body)
            return (head, wrapped.bytes)
        }
        exchange.record.usage = Usage(of: document.root)
        return (head, document.root.given("error") == nil ? body : try exchange.redacted(body))
    }
}
