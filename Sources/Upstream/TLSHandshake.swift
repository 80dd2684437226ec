internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Waits on a channel for the end of its TLS handshake, then leaves.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let promise: EventLoopPromise<Void>
    private let tls: NIOSSLHandler
    /// The name that the certificate must bear; nil for a numeric address, which the library compares.
    private let name: String?

    private init(_ promise: EventLoopPromise<Void>, _ tls: NIOSSLHandler, name: String?) {
        self.promise = promise
        self.tls = tls
        self.name = name
    }

    /// - Parameters:
    ///   - host: the name to ask for (SNI, RFC 6066) and to find in the certificate.
    ///   - isTunnelled: whether the channel's other end, as far as the socket knows, is a proxy.
    static func start(
        on channel: any Channel, trusting trustStore: TrustStore, host: String, isTunnelled: Bool
    ) -> EventLoopFuture<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        let pipeline = channel.pipeline.syncOperations
        // A literal address is no name for SNI. The library compares the certificate with the socket's peer instead.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        do {
            guard !(isAddress && isTunnelled) else { throw UnverifiableAddress() }
            let name = isAddress ? nil : host
            let tls = try NIOSSLClientHandler(context: trustStore.tlsContext(), serverHostname: name)
            // First the one who waits, for the handshake begins with the handler.
            try pipeline.addHandler(TLSHandshake(promise, tls, name: name))
            try pipeline.addHandler(tls, position: .first)
            channel.read()
        } catch {
            promise.fail(error)
        }
        return promise.futureResult
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted = event as? TLSUserEvent else { return }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        if let name, tls.peerCertificate?.bears(name) != true {
            promise.fail(OtherName(name: name))
        } else {
            promise.succeed()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
    }

    private struct OtherName: Error, CustomStringConvertible {
        let name: String
        var description: String { "the certificate is not one for \(name)" }
    }

    private struct UnverifiableAddress: Error, CustomStringConvertible {
        var description: String { "the certificate of a numeric address cannot be verified through a proxy" }
    }
}
