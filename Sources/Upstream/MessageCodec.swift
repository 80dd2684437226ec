internal import NIOCore
internal import NIOHTTP1

/// Stands next to the socket: requests leave through it as bytes, and it has the library's decoder parse what comes back.
///
/// It drives the decoder itself, without the library's `ByteToMessageHandler`, for two reasons. Each handler costs a stream
/// some memory, and each of its events some time. And it must be seen to that a kept connection is between two messages: the
/// beginning of a response nobody asked for, right behind a complete one, stays hidden in the decoder and would become the
/// answer to the next request.
final class MessageCodec: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundOut = ByteBuffer

    /// Between messages a parser skips empty lines (RFC 9112, section 2.2). In the middle of a head, these two end it:
    /// the decoder then fails, because it completes a response that answers nothing.
    private static let probe = ByteBuffer(string: "\r\n\r\n")

    private let connection: Connection
    private let decoder = HTTPResponseDecoder(limitConfiguration: HTTPLimits.decoder)
    private var context: ChannelHandlerContext?
    private var isDecoding = false
    /// What the decoder has looked at and not taken: the beginning of a field of a head.
    private var untaken = ByteBuffer()

    init(_ connection: Connection) {
        self.connection = connection
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        decoder.decoderAdded(context: context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        decoder.decoderRemoved(context: context)
        self.context = nil
    }

    // MARK: Requests

    /// A request is about to be written. What the body of its answer is depends on the method.
    func beginRequest(_ head: HTTPRequestHead) {
        decoder.write(data: .head(head))
    }

    /// Sends a piece of a request, which `Request` has put together.
    func send(_ bytes: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    // MARK: Responses

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard connection.expectsBytes() else { return connection.close() }
        decode(unwrapInboundIn(data), context)
        guard connection.isAwaitingBoundary else { return }
        decode(Self.probe, context)
        connection.confirmBoundary()
    }

    private func decode(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        var bytes = bytes
        if untaken.readableBytes > 0 {
            untaken.writeBuffer(&bytes)
            swap(&bytes, &untaken)
        }
        drive(context) { _ = try decoder.decode(context: context, buffer: &bytes) }
        untaken = bytes.readableBytes > 0 ? bytes : ByteBuffer()
    }

    /// A body without a length ends here, and any other is cut.
    func channelInactive(context: ChannelHandlerContext) {
        // From within the decoder the end is our own doing: whoever closed the connection knows why.
        if !isDecoding {
            drive(context) { _ = try decoder.decodeLast(context: context, buffer: &untaken, seenEOF: true) }
        }
        context.fireChannelInactive()
    }

    private func drive(_ context: ChannelHandlerContext, _ decode: () throws -> Void) {
        isDecoding = true
        defer { isDecoding = false }
        do {
            try decode()
        } catch {
            context.fireErrorCaught(error)
        }
    }
}
