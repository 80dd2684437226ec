internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Waits on a channel for the end of its TLS handshake, then leaves.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let promise: EventLoopPromise<Void>

    private init(_ promise: EventLoopPromise<Void>) {
        self.promise = promise
    }

    /// - Parameters:
    ///   - host: the name to ask for (SNI, RFC 6066) and to find in the certificate.
    ///   - isTunnelled: whether the channel's other end, as far as the socket knows, is a proxy.
    static func start(
        on channel: any Channel, with context: NIOSSLContext, host: String, isTunnelled: Bool
    ) -> EventLoopFuture<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        let pipeline = channel.pipeline.syncOperations
        // A literal address is no name for SNI. The library compares the certificate with the socket's peer instead.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        do {
            guard !(isAddress && isTunnelled) else { throw UnverifiableAddress() }
            // First the one who waits, for the handshake begins with the handler.
            try pipeline.addHandler(TLSHandshake(promise))
            try pipeline.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host), position: .first)
            channel.read()
        } catch {
            promise.fail(error)
        }
        return promise.futureResult
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted = event as? TLSUserEvent else { return }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        promise.succeed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
    }

    private struct UnverifiableAddress: Error, CustomStringConvertible {
        var description: String { "the certificate of a numeric address cannot be verified through a proxy" }
    }
}
