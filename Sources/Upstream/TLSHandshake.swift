internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// A channel handler that waits for the end of the TLS handshake and then removes itself.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let promise: EventLoopPromise<Void>
    private let tls: NIOSSLHandler
    /// The name that the certificate must match; nil for a numeric address, which the library compares.
    private let name: String?

    private init(_ promise: EventLoopPromise<Void>, _ tls: NIOSSLHandler, name: String?) {
        self.promise = promise
        self.tls = tls
        self.name = name
    }

    /// Starts the handshake on a connected channel. The result succeeds when the certificate has been verified.
    ///
    /// - Parameters:
    ///   - host: the host name for SNI (RFC 6066) and for verifying the certificate; or a numeric address.
    ///   - isTunnelled: whether the socket's peer is a proxy instead of `host`.
    static func start(
        on channel: any Channel, trusting trustStore: TrustStore, host: String, isTunnelled: Bool
    ) -> EventLoopFuture<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        let pipeline = channel.pipeline.syncOperations
        // SNI does not allow a numeric address. The library compares the certificate with the address of the socket's peer.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        do {
            guard !(isAddress && isTunnelled) else { throw UnverifiableAddress() }
            let name = isAddress ? nil : host
            let tls = try NIOSSLClientHandler(context: trustStore.tlsContext(), serverHostname: name)
            // Add the waiting handler first, because the handshake starts as soon as the TLS handler is added.
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
        var description: String { "the certificate is not valid for \(name)" }
    }

    private struct UnverifiableAddress: Error, CustomStringConvertible {
        var description: String { "the certificate of a numeric address cannot be verified through a proxy" }
    }
}
