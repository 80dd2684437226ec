internal import NIOCore
internal import NIOHTTP1

// Sends requests: the head, and the body in pieces as the socket accepts them.

extension Connection {
    /// Sends a request on this idle connection and returns when the response head has arrived.
    func send(_ request: Request, until deadline: NIODeadline) async -> Result<Response, UpstreamError> {
        let number = exchangeNumber + 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                begin(request, until: deadline, continuation)
            }
        } onCancel: {
            eventLoop.execute { self.cancel(exchange: number) }
        }
    }

    private func begin(
        _ request: Request, until deadline: NIODeadline,
        _ continuation: CheckedContinuation<Result<Response, UpstreamError>, Never>
    ) {
        beginExchange()
        self.deadline = deadline
        state = .awaitingHead
        whenAnswered = continuation
        lastActivity = eventLoop.now
        guard let context, let codec else { return fail(.cut, "the connection is closed") }
        codec.beginRequest(request.decoderHead)
        // The head and the first piece of the body, which usually is all of it, are sent in one write.
        let beginning = request.body.prefix(Self.pieceByteCount)
        unsentBody = beginning.count == request.body.count ? [] : request.body[beginning.endIndex...]
        write(request.serializedHead(reservingCapacity: beginning.count) + beginning, context)
        if !unsentBody.isEmpty { sendBody(context) }
    }

    /// Cancels the request if it still waits for the response head. After that, the body's consumer handles cancellation.
    private func cancel(exchange number: Int) {
        guard exchangeNumber == number, state == .awaitingHead else { return }
        fail(.cancelled, "the task was cancelled")
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        sendBody(context)
    }

    /// Writes pieces of the body while the channel is writable, even if an early response is already arriving.
    private func sendBody(_ context: ChannelHandlerContext) {
        // A flush may report writability synchronously, and would call this function recursively.
        guard !isSendingBody else { return }
        isSendingBody = true
        defer { isSendingBody = false }
        for _ in 0..<Self.piecesPerTurn {
            guard !unsentBody.isEmpty && context.channel.isWritable else { return }
            let piece = unsentBody.prefix(Self.pieceByteCount)
            // An empty slice would keep the whole body in memory.
            unsentBody = piece.count == unsentBody.count ? [] : unsentBody.dropFirst(piece.count)
            lastActivity = eventLoop.now
            write(piece, context)
        }
        // If upstream reads as fast as this loop writes, the event loop must still serve other streams.
        eventLoop.execute {
            if let context = self.context { self.sendBody(context) }
        }
    }

    private func write(_ bytes: some Collection<UInt8>, _ context: ChannelHandlerContext) {
        codec?.send(context.channel.allocator.buffer(bytes: bytes))
    }

    /// The number of bytes that a channel buffers before it reports that it is not writable.
    private static var pieceByteCount: Int { 64 * 1024 }
    private static var piecesPerTurn: Int { 16 }
}
