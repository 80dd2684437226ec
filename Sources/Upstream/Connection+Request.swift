internal import NIOCore
internal import NIOHTTP1

// Sending: the head, and the body in pieces as the socket takes them.

extension Connection {
    /// Sends a request on this idle connection and returns when the response's head is here.
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
        lastActivity = .now()
        guard let context, let codec else { return fail(.cut, "the connection is closed") }
        codec.beginRequest(request.decoderHead)
        // An ordinary request leaves in one write, its head and body together.
        let beginning = request.body.prefix(Self.pieceByteCount)
        unsentBody = beginning.count == request.body.count ? [] : request.body[beginning.endIndex...]
        write(request.serializedHead(reservingCapacity: beginning.count) + beginning, context)
        if !unsentBody.isEmpty { sendBody(context) }
    }

    /// A cancellation that comes when the head is here already is for the body's consumer to notice.
    private func cancel(exchange number: Int) {
        guard exchangeNumber == number, state == .awaitingHead else { return }
        fail(.cancelled, "the task was cancelled")
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        sendBody(context)
    }

    /// Writes for as long as the socket takes it, also while an early response is coming in.
    private func sendBody(_ context: ChannelHandlerContext) {
        // A flush reports writability from within: one loop is enough.
        guard !isSendingBody else { return }
        isSendingBody = true
        defer { isSendingBody = false }
        for _ in 0..<Self.piecesPerTurn {
            guard !unsentBody.isEmpty && context.channel.isWritable else { return }
            let piece = unsentBody.prefix(Self.pieceByteCount)
            // An empty slice would keep the whole of it in memory.
            unsentBody = piece.count == unsentBody.count ? [] : unsentBody.dropFirst(piece.count)
            lastActivity = .now()
            write(piece, context)
        }
        // An upstream that reads as fast as we write must not keep the loop from everybody else's streams.
        eventLoop.execute {
            if let context = self.context { self.sendBody(context) }
        }
    }

    private func write(_ bytes: some Collection<UInt8>, _ context: ChannelHandlerContext) {
        codec?.send(context.channel.allocator.buffer(bytes: bytes))
    }

    /// As much as a channel buffers before it calls itself not writable.
    private static var pieceByteCount: Int { 64 * 1024 }
    private static var piecesPerTurn: Int { 16 }
}
