internal import CGI
internal import EventLoops
internal import EventStream
internal import JSON
internal import NIOCore
internal import Threads

/// The proxy's own response instead of upstream's, requested by a header. The header is not sent upstream, and requests
/// without it pay only for the look-up.
enum DiagnosticResponse {
    /// - Returns: whether a response was sent.
    static func respond(to context: RequestContext, on route: Route) async throws -> Bool {
        if let word = context.request.header("x-gpt-proxy-explain") {
            try await ExplanationResponse.respond(to: context, on: route, word: word)
            return true
        }
        if let word = context.request.header("x-gpt-proxy-check") {
            try await CheckResponse.respond(to: context, word: word)
            return true
        }
        return false
    }
}

/// The response to `gpt-proxy check --through` (`x-gpt-proxy-check`), which sends its requests to the clients' routes
/// through the same web server. It shows what the web server does to requests and streams, without the cost of a model.
enum CheckResponse {
    /// - Parameter word: the header's value.
    static func respond(to context: RequestContext, word: String) async throws {
        context.record.substitute = .check
        switch word {
        case "body":
            let size = context.takeBody().count
            var body = Writer()
            body.object {
                $0.member("object", "gpt_proxy.check")
                $0.member("body_bytes", size)
            }
            await context.respond(.json(200), body: body.bytes)
        case "stream": await stream(to: context, .eventStream(headers: []))
        case "unmarked-stream": await stream(to: context, .unmarkedEventStream)
        default:
            throw HTTPError(
                status: 400, reason: "invalid_request",
                message: "The header x-gpt-proxy-check must be body, stream or unmarked-stream.", code: "invalid_value")
        }
    }

    private static let tickCount = 5
    private static let pace = TimeAmount.milliseconds(200)

    /// Streams a few events at a constant rate, each with the time when it was written: comparison with their arrival times
    /// shows whether the web server buffers them.
    private static func stream(to context: RequestContext, _ head: ResponseHead) async {
        guard let writer = context.takeWriter() else { return }
        context.record.status = head.status
        context.record.firstByte = context.elapsed
        let body = writer.writeHead(head)
        for number in 1...tickCount where !body.clientIsGone && !Task.isCancelled {
            if number > 1 { await context.eventLoop.sleep(for: pace) }
            body.append { EventWriter.append(data: tick(number), name: "tick", to: &$0) }
            body.flush()
        }
        await body.finish()
    }

    /// Includes the time in milliseconds since 1970.
    private static func tick(_ number: Int) -> [UInt8] {
        var data = Writer(reservingCapacity: 96)
        data.object {
            $0.member("object", "gpt_proxy.tick")
            $0.member("number", number)
            $0.member("of", tickCount)
            $0.member("written_ms", Int(Clock.system.secondsSince1970 * 1000))
        }
        return data.bytes
    }
}

extension ResponseHead {
    /// The head of an event stream without `X-Accel-Buffering`, which would make nginx pass on events whatever its
    /// configuration.
    fileprivate static var unmarkedEventStream: ResponseHead {
        let marked = eventStream(headers: [])
        return ResponseHead(status: marked.status, headers: marked.headers.filter { $0.name != "X-Accel-Buffering" })
    }
}
