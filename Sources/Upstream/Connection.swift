internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression

/// One connection to upstream: the last handler of its channel, and the state of the exchange it carries.
///
/// Requests do not overlap (no pipelining). While idle it goes on reading, so that upstream's close is seen at once and
/// anything else that upstream says unasked ends it. Sending is in `Connection+Request.swift`, time in
/// `Connection+TimeLimits.swift`.
///
/// `@unchecked Sendable`: everything is touched on the channel's event loop only; cancellation, which comes from any
/// thread, hops there first.
final class Connection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTPClientResponsePart

    enum State {
        case idle
        case awaitingHead
        case receivingBody
        /// The response is over, and whether it was the last thing that upstream said is not known yet.
        case awaitingBoundary
        case closed
    }

    // First what every piece asks for, so that it lies together: thousands of streams have no place in a processor's cache.

    var state = State.idle
    /// When upstream last did what it is being waited for: took or sent bytes, or, when idle, ended an exchange.
    var lastActivity = NIODeadline.now()
    /// Where the body goes, while it is received.
    private(set) var body: BodyQueue?
    private(set) var context: ChannelHandlerContext?
    private var decoding = ContentDecoding.none

    let origin: Origin
    let pool: ConnectionPool
    /// Next to the socket, while the channel has handlers.
    private(set) var codec: MessageCodec?
    var eventLoop: any EventLoop { pool.eventLoop }

    /// Who waits for the head, while it is awaited.
    var whenAnswered: CheckedContinuation<Result<Response, UpstreamError>, Never>?
    /// Tells a cancellation that comes late from one that is meant for the exchange of now.
    var exchangeNumber = 0
    /// When it stops taking new exchanges. One that is running then is not cut.
    var reuseEnd = NIODeadline.distantFuture
    /// When the exchange as a whole must be over.
    var deadline = NIODeadline.distantFuture
    /// What is left to send of the request's body.
    var unsentBody: ArraySlice<UInt8> = []
    var isSendingBody = false

    private var mayBeKept = false
    private var hasReceivedBytes = false

    init(origin: Origin, pool: ConnectionPool) {
        self.origin = origin
        self.pool = pool
    }

    /// Takes its place at the end of a channel, its codec before it.
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

    /// A new exchange begins: nothing of the one before is left.
    func beginExchange() {
        exchangeNumber += 1
        hasReceivedBytes = false
        mayBeKept = false
        decoding = .none
    }

    // MARK: Reading on demand

    func readMore() {
        lastActivity = .now()
        context?.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        switch state {
        case .receivingBody:
            body?.endRead()
            if body?.isHungry == true { context.read() }
        case .idle, .awaitingHead: context.read()
        case .awaitingBoundary, .closed: break
        }
    }

    // MARK: The response

    /// Bytes are about to be parsed. False when they answer nothing.
    func expectsBytes() -> Bool {
        switch state {
        case .awaitingHead:
            hasReceivedBytes = true
            return true
        case .receivingBody:
            lastActivity = .now()
            return true
        case .idle, .awaitingBoundary, .closed:
            return false
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Without a body to receive: the rest of a response that was given up, or the head a second time, out of the
        // decompressor.
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
            return fail(.protocolViolation, "upstream switched protocols unasked")
        }
        mayBeKept = head.isKeepAlive
        lastActivity = .now()
        decoding = ContentDecoding(head)
        let body = BodyQueue(connection: self, eventLoop: eventLoop)
        self.body = body
        state = .receivingBody
        let response = Response(decoding.decodedHead(head), body: ResponseBody(body))
        whenAnswered.take()?.resume(returning: .success(response))
    }

    private func startDecoding(_ head: HTTPResponseHead, _ piece: ByteBuffer, _ context: ChannelHandlerContext) {
        let decompressor = NIOHTTPResponseDecompressor(limit: .ratio(HTTPLimits.decompressionRatio))
        // Before it joins, for its output comes back here.
        decoding = .running(decompressor)
        do {
            try decompressor.join(context.pipeline.syncOperations, before: self, head: head, piece: piece)
        } catch {
            fail(.protocolViolation, "the body's content coding cannot be undone: \(error)")
        }
    }

    private func receiveEnd(_ body: BodyQueue, _ context: ChannelHandlerContext) {
        if case .running(let decompressor) = decoding {
            context.pipeline.syncOperations.removeHandler(decompressor, promise: nil)
        }
        self.body = nil
        // An answer that came before all of the request was sent: the rest would be read as the next request.
        if mayBeKept && unsentBody.isEmpty {
            state = .awaitingBoundary
        } else {
            close()
        }
        body.end(.success(()), discarding: false)
    }

    /// Whether the bytes that were just parsed ended a response after which the connection can serve again.
    var isAwaitingBoundary: Bool { state == .awaitingBoundary }

    /// Nothing came behind the response: the next exchange may begin.
    func confirmBoundary() {
        guard isAwaitingBoundary else { return }
        state = .idle
        lastActivity = .now()
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

    /// Ends the exchange, if there is one, with an error; and the connection in any case.
    func fail(_ code: UpstreamError.Code, _ reason: String) {
        // Before the channel is closed, which reports its end from within.
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
