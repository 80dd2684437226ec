internal import NIOCore
internal import NIOHTTP1

/// Stands next to the socket and lets the request's bytes through, which `Request` has put together in one piece.
///
/// The decoder in front of it must see each request's head, for what the answer's body is depends on the method; that
/// part ends here.
final class RequestBytes: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .body(.byteBuffer(let bytes)) = unwrapOutboundIn(data) {
            context.write(wrapOutboundOut(bytes), promise: promise)
        } else {
            promise?.succeed()
        }
    }
}
