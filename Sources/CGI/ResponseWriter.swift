/// The right to answer a request once: used up by the head, which gives the right to write the body.
public struct ResponseWriter: ~Copyable {
    private let sink: any ByteSink
    private let headers: [(name: String, value: String)]
    private let defaults: [(name: String, value: String)]

    /// The right to answer the request whose response goes to `sink`.
    ///
    /// - Parameters:
    ///   - sink: takes head and body.
    ///   - headers: what the head says in addition, whatever the response is.
    ///   - defaults: what it says where the response itself says nothing.
    public init(
        _ sink: any ByteSink, headers: [(name: String, value: String)] = [],
        defaults: [(name: String, value: String)] = []
    ) {
        self.sink = sink
        self.headers = headers
        self.defaults = defaults
    }

    /// Whether nobody takes what is written any more.
    public var clientIsGone: Bool { sink.clientIsGone }

    /// Writes the head. It is sent together with the first piece of the body that is flushed.
    public consuming func writeHead(_ head: ResponseHead) -> BodyWriter {
        var head = head
        for (name, value) in headers { head.add(name, value) }
        for (name, value) in defaults where head[name] == nil { head.add(name, value) }
        sink.write(head.serialized())
        return BodyWriter(sink)
    }

    /// Answers with a whole body. `Content-Length` is added unless the head has it, so that a cut reply cannot pass for
    /// a complete one. The answer to `HEAD` (`withoutBody`) has the length and no body; a 204 has neither (RFC 9110,
    /// section 8.6).
    public consuming func respond(_ head: ResponseHead, body: [UInt8], withoutBody: Bool = false) async {
        var head = head
        let mayHaveBody = head.status != 204
        if mayHaveBody, head["Content-Length"] == nil { head.add("Content-Length", String(body.count)) }
        let writer = writeHead(head)
        if mayHaveBody, !withoutBody { writer.write(body) }
        await writer.finish()
    }
}

/// The right to write a body, after its head. The body ends when the request's handler returns.
public struct BodyWriter: Sendable {
    private let sink: any ByteSink

    init(_ sink: any ByteSink) {
        self.sink = sink
    }

    /// Appends to the body. The bytes leave with the next `flush`.
    public func write(_ bytes: [UInt8]) {
        sink.write(bytes)
    }

    /// Appends to the body what `body` appends to a buffer, without a copy in between.
    public func append(_ body: (inout [UInt8]) -> Void) {
        sink.append(body)
    }

    /// Sends what was written, as far as the web server takes it.
    public func flush() {
        sink.flush()
    }

    /// Sends the last of what was written, and waits until the web server has taken what does not leave with the end.
    public func finish() async {
        sink.flushLast()
        await drained()
    }

    /// Bytes written and not yet taken by the web server. More than none means: stop producing until `whenDrained`.
    public var pendingByteCount: Int { sink.pendingByteCount }

    /// Whether nobody takes what is written any more.
    public var clientIsGone: Bool { sink.clientIsGone }

    /// Calls `action` once, on the exchange's event loop, when everything is taken or the client has gone.
    public func whenDrained(_ action: @escaping @Sendable () -> Void) {
        sink.whenDrained(action)
    }

    /// Waits until everything is taken or the client has gone.
    public func drained() async {
        guard sink.pendingByteCount > 0 else { return }
        await withCheckedContinuation { continuation in
            sink.whenDrained { continuation.resume() }
        }
    }
}
