internal import NIOCore

/// Stands in front of the HTTP decoder and sees to it that a kept connection is between two messages.
///
/// The decoder reports complete messages. The beginning of a response nobody asked for, right behind a complete one,
/// stays hidden in it and would become the answer to the next request.
final class MessageBoundary: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Between messages a parser skips empty lines (RFC 9112, section 2.2). In the middle of a head, these two end it:
    /// the decoder then fails, because it completes a response that answers nothing.
    private let probe = ByteBuffer(string: "\r\n\r\n")
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard connection.expectsBytes() else { return connection.close() }
        context.fireChannelRead(data)
        guard connection.isAwaitingBoundary else { return }
        context.fireChannelRead(wrapInboundOut(probe))
        connection.confirmBoundary()
    }
}
