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

    /// The largest whole reply of upstream that is taken, in bytes: far above any real one.
    private static let maximumReply = 256 << 20

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
        let headers = response.passedHeaders + Self.header(dropped: translated.notices)
        if response.isSuccess, response.isEventStream {
            return .stream(.eventStream(headers: headers), response.body)
        }
        let body = try await response.body.collect(upTo: Self.maximumReply)
        guard response.isSuccess else {
            throw Failure(
                status: 502, reason: "upstream_status", detail: "Upstream answered \(response.status).",
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

    /// Names in the reply what the request lost on the way.
    private static func header(dropped notices: [Notice]) -> [(name: String, value: String)] {
        let dropped = notices.filter { $0.kind == .dropped }.map(\.field)
        return dropped.isEmpty ? [] : [("x-gpt-proxy-dropped", dropped.joined(separator: ", "))]
    }
}
