internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// `POST /proxy`, the original contract: the request mapped, upstream's reply handed through as it is.
enum ProxyEndpoint {
    static func respond(to exchange: Exchange) async throws -> Reply {
        let settings = try exchange.settings()
        let translated = try RequestTranslator(settings: settings).translateProxyRequest(exchange.takeDocument())
        let answer: UpstreamCall.Answer
        do {
            answer = try await exchange.answer(to: translated)
        } catch let refusal as Refusal {
            throw Failure(
                status: 502, reason: "upstream_status", message: "Upstream answered \(refusal.status).",
                headers: refusal.headers, upstream: (refusal.status, refusal.body))
        }
        let (response, headers) = (answer.response, answer.headers)
        if response.isEventStream {
            let stream = PassedStream(waitsForMeaning: false, redaction: exchange.upstream.redaction)
            return .events(Opening(.eventStream(headers: headers), response.body, through: stream))
        }
        let body = try await response.body.collect(upTo: maximumReply)
        return whole(body, status: response.status, headers: headers, exchange)
    }

    /// A good reply: as it is when it is JSON, else wrapped.
    private static func whole(
        _ body: [UInt8], status: Int, headers: [(name: String, value: String)], _ exchange: Exchange
    ) -> Reply {
        guard let document = try? Document(parsing: body, maximumDepth: upstreamJSONDepth) else {
            var wrapped = Writer(reservingCapacity: body.count + 32)
            wrapped.json(orRawText: body)
            return .whole(.json(status, headers: headers), body: wrapped.bytes)
        }
        exchange.record.usage = Usage(document.root["usage"])
        let shown = document.root.given("error") == nil ? body : exchange.upstream.redaction.apply(body)
        return .whole(.json(status, headers: headers), body: shown)
    }
}
