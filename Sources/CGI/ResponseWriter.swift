/// Writes one response. Writing the head consumes it and returns a ``BodyWriter``, so a head can only be written once.
public struct ResponseWriter: ~Copyable {
    private let sink: any ByteSink
    private let headers: [(name: String, value: String)]
    private let defaults: [(name: String, value: String)]

    /// Creates the writer for a request's response.
    ///
    /// - Parameters:
    ///   - sink: the destination of the head and the body.
    ///   - headers: headers that are added to every response.
    ///   - defaults: headers that are added if the response does not set them.
    public init(
        _ sink: any ByteSink, headers: [(name: String, value: String)] = [],
        defaults: [(name: String, value: String)] = []
    ) {
        self.sink = sink
        self.headers = headers
        self.defaults = defaults
    }

    /// Whether the client has disconnected, so that written bytes are discarded.
    public var clientIsGone: Bool { sink.clientIsGone }

    /// Writes the head. It is sent by the body's first flush.
    ///
    /// - Parameter head: the response's status and headers.
    /// - Returns: the writer for the body.
    public consuming func writeHead(_ head: ResponseHead) -> BodyWriter {
        var head = head
        for (name, value) in headers { head.add(name, value) }
        for (name, value) in defaults where head[name] == nil { head.add(name, value) }
        sink.write(head.serialized())
        return BodyWriter(sink)
    }

    /// Sends a complete response. `Content-Length` is added unless the head has it, so that a truncated response is recognised
    /// as such. A response to `HEAD` has a length but no body; a 204 response has neither (RFC 9110, section 8.6).
    ///
    /// - Parameters:
    ///   - head: the response's status and headers.
    ///   - body: the whole body.
    ///   - withoutBody: true for a response to `HEAD`.
    public consuming func respond(_ head: ResponseHead, body: [UInt8], withoutBody: Bool = false) async {
        var head = head
        let mayHaveBody = head.status != 204
        if mayHaveBody, head["Content-Length"] == nil { head.add("Content-Length", String(body.count)) }
        let writer = writeHead(head)
        if mayHaveBody, !withoutBody { writer.write(body) }
        await writer.finish()
    }
}

/// Writes a response's body, after the head. The body ends when the request's handler returns.
public struct BodyWriter: Sendable {
    private let sink: any ByteSink

    init(_ sink: any ByteSink) {
        self.sink = sink
    }

    /// Appends bytes to the body. The next `flush` sends them.
    ///
    /// - Parameter bytes: the bytes to append.
    public func write(_ bytes: [UInt8]) {
        sink.write(bytes)
    }

    /// Lets `body` append bytes directly to the output buffer, which saves a copy.
    ///
    /// - Parameter body: gets a buffer that may contain other bytes already; it must only append.
    public func append(_ body: (inout [UInt8]) -> Void) {
        sink.append(body)
    }

    /// Sends as many of the written bytes as the web server accepts now; the others are sent automatically when it accepts
    /// more.
    public func flush() {
        sink.flush()
    }

    /// Sends the written bytes and waits until the web server has accepted them, except those that are sent with the response's
    /// end.
    public func finish() async {
        sink.flushLast()
        await drained()
    }

    /// The number of written bytes that the web server has not accepted yet. If it is not 0, pause until `whenDrained`.
    public var pendingByteCount: Int { sink.pendingByteCount }

    /// Whether the client has disconnected, so that written bytes are discarded.
    public var clientIsGone: Bool { sink.clientIsGone }

    /// Calls `action` once, on the exchange's event loop, when all flushed bytes have been sent or the client has disconnected.
    ///
    /// - Parameter action: the closure to call.
    public func whenDrained(_ action: @escaping @Sendable () -> Void) {
        sink.whenDrained(action)
    }

    /// Waits until all flushed bytes have been sent or the client has disconnected.
    public func drained() async {
        guard sink.pendingByteCount > 0 else { return }
        await withCheckedContinuation { continuation in
            sink.whenDrained { continuation.resume() }
        }
    }
}
