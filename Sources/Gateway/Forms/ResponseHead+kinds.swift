internal import CGI

extension ResponseHead {
    /// The head of a JSON response.
    static func json(_ status: Int, headers: [(name: String, value: String)] = []) -> ResponseHead {
        ResponseHead(status: status, headers: [("Content-Type", "application/json")] + headers)
    }

    /// The head of an event stream. `X-Accel-Buffering` makes nginx pass on each event at once, whatever its configuration;
    /// `no-transform` keeps caches and compressors from changing the stream.
    static func eventStream(headers: [(name: String, value: String)]) -> ResponseHead {
        ResponseHead(
            status: 200,
            headers: [
                ("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-cache, no-transform"),
                ("X-Accel-Buffering", "no"),
            ] + headers)
    }
}
