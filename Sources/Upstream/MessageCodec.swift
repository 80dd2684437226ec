internal import NIOCore
internal import NIOHTTP1

/// The channel handler next to the socket. It sends requests as bytes, and parses responses with the library's decoder.
///
/// It calls the decoder directly, without the library's `ByteToMessageHandler`, for two reasons. Each handler costs memory per
/// stream and time per event. And it must verify that an idle connection is between two messages: if upstream sends the start
/// of an unsolicited response directly after a complete response, the decoder buffers it, and it would become the response to
/// the next request.
final class MessageCodec: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundOut = ByteBuffer

    /// Bytes that verify that the decoder is between two messages. There, it skips empty lines (RFC 9112, section 2.2). In the
    /// middle of a head, these two line breaks complete the head, and the decoder fails because no request is waiting for it.
    private static let probe = ByteBuffer(string: "\r\n\r\n")

    private let connection: Connection
    private let decoder = HTTPResponseDecoder(limitConfiguration: HTTPLimits.decoder)
    private var context: ChannelHandlerContext?
    private var isDecoding = false
    /// Bytes that the decoder has not consumed yet: the start of an incomplete header field.
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

    /// Informs the decoder of a request that is about to be sent: how the response's body is framed depends on the method.
    func beginRequest(_ head: HTTPRequestHead) {
        decoder.write(data: .head(head))
    }

    /// Sends a piece of a serialized request.
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

    /// Ends a body without a length; a body with a length is incomplete and fails.
    func channelInactive(context: ChannelHandlerContext) {
        // If this is called during decoding, this process has closed the connection and has reported the error already.
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
