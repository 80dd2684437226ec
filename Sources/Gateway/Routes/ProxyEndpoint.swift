internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// `POST /proxy`, the original contract: the request mapped, upstream's reply handed through as it is.
struct ProxyEndpoint: Sendable {
    let client: Client
    let requests: UpstreamRequests
    let settings: TranslationSettings

    func respond(
        to request: CGI.Request, on eventLoop: any EventLoop, _ record: inout AccessRecord
    ) async throws -> Reply {
        let document = try Document(parsing: request.body.get())
        let settings = try settings.overridden(by: request.parameters)
        let translated = try RequestTranslator(settings: settings).translateProxyRequest(document)
        record.note(translated)
        let response = try await client.send(
            requests.post(translated.path, json: translated.body, streams: translated.context.streams),
            on: eventLoop)
        record.note(response)
        let headers = response.passedHeaders + translated.headers
        if response.isSuccess, response.isEventStream {
            return .events(.eventStream(headers: headers), response.body, waitingForMeaning: false)
        }
        let body = try await response.body.collect(upTo: maximumReply)
        guard response.isSuccess else {
            throw Failure(
                status: 502, reason: "upstream_status", message: "Upstream answered \(response.status).",
                headers: headers, upstream: (response.status, body))
        }
        return Self.whole(body, status: response.status, headers: headers, &record)
    }

    /// A good reply: as it is when it is JSON, else wrapped.
    private static func whole(
        _ body: [UInt8], status: Int, headers: [(name: String, value: String)], _ record: inout AccessRecord
    ) -> Reply {
        guard let document = try? Document(parsing: body, maximumDepth: upstreamJSONDepth) else {
            var wrapped = Writer(reservingCapacity: body.count + 32)
            wrapped.json(orRawText: body)
            return .whole(.json(status, headers: headers), body: wrapped.bytes)
        }
        record.usage = Usage(document.root["usage"])
        return .whole(.json(status, headers: headers), body: body)
    }
}
