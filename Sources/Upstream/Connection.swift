internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression

/// One connection to upstream: the last handler of its channel, and the state of its current request.
///
/// Requests do not overlap (no pipelining). An idle connection keeps reading, to detect at once when upstream closes it; it is
/// closed if upstream sends unexpected bytes. Sending is in `Connection+Request.swift`, time limits are in
/// `Connection+TimeLimits.swift`.
///
/// `@unchecked Sendable`: all state is accessed only on the channel's event loop. Cancellation, which can come from any thread,
/// is forwarded to the event loop.
final class Connection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTPClientResponsePart

    enum State {
        case idle
        case awaitingHead
        case receivingBody
        /// The response has ended, but upstream may have sent more bytes after it.
        case awaitingBoundary
        case closed
    }

    // Fields used for every piece come first, so that they share cache lines: with thousands of streams, a stream's state is no
    // longer in the processor's cache when its next piece arrives.

    var state = State.idle
    /// When bytes were last sent or received; on an idle connection, when its last response ended.
    var lastActivity: NIODeadline
    /// The queue for the body, while it is being received.
    private(set) var body: BodyQueue?
    private(set) var context: ChannelHandlerContext?
    private var decoding = ContentDecoding.none

    let origin: Origin
    let pool: ConnectionPool
    /// The handler next to the socket; nil after the handlers were removed from the channel.
    private(set) var codec: MessageCodec?
    var eventLoop: any EventLoop { pool.eventLoop }

    /// The task that waits for the response head.
    var whenAnswered: CheckedContinuation<Result<Response, UpstreamError>, Never>?
    /// The number of the current request; a late cancellation of an earlier request is recognised by it and ignored.
    var exchangeNumber = 0
    /// When it stops accepting new requests. The request that is running then is not interrupted.
    var reuseEnd = NIODeadline.distantFuture
    /// When the current response must have ended.
    var deadline = NIODeadline.distantFuture
    /// The unsent rest of the request's body.
    var unsentBody: ArraySlice<UInt8> = []
    var isSendingBody = false

    private var mayBeKept = false
    private var hasReceivedBytes = false

    init(origin: Origin, pool: ConnectionPool) {
        self.origin = origin
        self.pool = pool
        lastActivity = pool.eventLoop.now
    }

    /// Adds itself at the end of a channel's pipeline, and its codec before it.
    func join(_ pipeline: ChannelPipeline.SynchronousOperations) throws {
        let codec = MessageCodec(self)
        try pipeline.addHandler(codec)
        try pipeline.addHandler(self)
        self.codec = codec
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        codec = nil
    }

    /// Resets the state for a new request.
    func beginExchange() {
        exchangeNumber += 1
        hasReceivedBytes = false
        mayBeKept = false
        decoding = .none
    }

    // MARK: Reading on demand

    func readMore() {
        lastActivity = eventLoop.now
        context?.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        switch state {
        case .receivingBody:
            body?.readComplete()
            if body?.wantsRead == true { context.read() }
        case .idle, .awaitingHead: context.read()
        case .awaitingBoundary, .closed: break
        }
    }

    // MARK: The response

    /// Called before received bytes are parsed. Returns false if no response is expected.
    func expectsBytes() -> Bool {
        switch state {
        case .awaitingHead:
            hasReceivedBytes = true
            return true
        case .receivingBody:
            lastActivity = eventLoop.now
            return true
        case .idle, .awaitingBoundary, .closed:
            return false
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Parts that do not fit the state are ignored: the rest of a failed response, or the head, which the decompressor
        // passes on a second time.
        switch unwrapInboundIn(data) {
        case .body(let piece):
            guard let body else { return }
            if case .expected(let head) = decoding {
                startDecoding(head, piece, context)
            } else {
                body.receive(piece)
            }
        case .head(let head):
            if state == .awaitingHead { receive(head) }
        case .end:
            if let body { receiveEnd(body, context) }
        }
    }

    private func receive(_ head: HTTPResponseHead) {
        // The decoder drops all other informational responses.
        guard head.status.code >= 200 else {
            return fail(.protocolViolation, "upstream switched protocols without being asked")
        }
        mayBeKept = head.isKeepAlive
        lastActivity = eventLoop.now
        decoding = ContentDecoding(head)
        let body = BodyQueue(connection: self, eventLoop: eventLoop)
        self.body = body
        state = .receivingBody
        let response = Response(decoding.decodedHead(head), body: ResponseBody(body))
        whenAnswered.take()?.resume(returning: .success(response))
    }

    private func startDecoding(_ head: HTTPResponseHead, _ piece: ByteBuffer, _ context: ChannelHandlerContext) {
        let decompressor = NIOHTTPResponseDecompressor(limit: .ratio(HTTPLimits.decompressionRatio))
        // Set this before `join`, whose output is passed to `channelRead`.
        decoding = .running(decompressor)
        do {
            try decompressor.join(context.pipeline.syncOperations, before: self, head: head, piece: piece)
        } catch {
            fail(.protocolViolation, "the body's content coding cannot be decoded: \(error)")
        }
    }

    private func receiveEnd(_ body: BodyQueue, _ context: ChannelHandlerContext) {
        if case .running(let decompressor) = decoding {
            context.pipeline.syncOperations.removeHandler(decompressor, promise: nil)
        }
        self.body = nil
        // If the response ended before the whole request was sent, the connection cannot be reused: upstream would read the
        // rest of the request as the next request.
        if mayBeKept && unsentBody.isEmpty {
            state = .awaitingBoundary
        } else {
            close()
        }
        body.end(.success(()), discarding: false)
    }

    /// Whether the bytes just parsed have ended a response on a reusable connection.
    var isAwaitingBoundary: Bool { state == .awaitingBoundary }

    /// Called if no bytes followed the response: the connection becomes idle.
    func confirmBoundary() {
        guard isAwaitingBoundary else { return }
        state = .idle
        lastActivity = eventLoop.now
        pool.keep(self)
    }

    // MARK: The end

    func channelInactive(context: ChannelHandlerContext) {
        fail(.cut, "upstream closed the connection")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failure = ReceiveFailure(error)
        if state == .receivingBody, failure.code == .protocolViolation, !failure.isDecompression {
            fail(.cut, "the body's framing is broken: \(failure.reason)")
        } else {
            fail(failure.code, failure.reason)
        }
    }

    /// Closes the connection. If a request is running, it ends with an error.
    func fail(_ code: UpstreamError.Code, _ reason: String) {
        // Take these before closing the channel, which may call `channelInactive` synchronously.
        let (whenAnswered, body) = (whenAnswered.take(), body.take())
        close()
        if let whenAnswered {
            let isStale = code == .cut && exchangeNumber > 1 && !hasReceivedBytes
            let error = UpstreamError(
                code, .receiveHead, reason, requestWasSent: true, connectionWasStale: isStale)
            whenAnswered.resume(returning: .failure(error))
        } else if let body {
            let error = UpstreamError(code, .receiveBody, reason, requestWasSent: true)
            body.end(.failure(error), discarding: code != .cut && code != .protocolViolation)
        }
    }

    func close() {
        if state == .closed { return }
        state = .closed
        unsentBody = []
        pool.remove(self)
        context?.close(promise: nil)
    }
}
