internal import CGI
internal import JSON

/// What `gpt-proxy check --through` asks for, on the routes that clients use and by the way that their requests take: so it
/// finds out what the web server does to those, without a word of a model's (`x-gpt-proxy-check`).
enum CheckReply {
    /// - Parameter word: what the header says.
    static func to(_ exchange: Exchange, word: String) throws -> Reply {
        exchange.record.substitute = .check
        switch word {
        case "body":
            let size = exchange.takeBody().count
            var body = Writer()
            body.object {
                $0.member("object", "gpt_proxy.check")
                $0.member("body_bytes", size)
            }
            return .whole(.json(200), body: body.bytes)
        case "stream": return .ticks(TickStream(head: .eventStream(headers: [])))
        case "unmarked-stream": return .ticks(TickStream(head: .unmarkedEventStream))
        default:
            throw Failure(
                status: 400, reason: "invalid_request",
                message: "The header x-gpt-proxy-check must be body, stream or unmarked-stream.", code: "invalid_value")
        }
    }
}

extension ResponseHead {
    /// The head of an event stream without the word that has nginx pass events on whatever its configuration says.
    fileprivate static var unmarkedEventStream: ResponseHead {
        let marked = eventStream(headers: [])
        return ResponseHead(status: marked.status, headers: marked.headers.filter { $0.name != "X-Accel-Buffering" })
    }
}
