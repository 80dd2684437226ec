internal import NIOCore
internal import NIOExtras
internal import NIOHTTP1

/// A tunnel through an HTTP proxy (CONNECT: RFC 9110, section 9.3.6).
enum Tunnel {
    /// Turns a connection to the proxy into one to `origin`; what is left is a channel without handlers.
    static func open(
        to origin: Origin, through channel: any Channel, deadline: NIODeadline
    ) -> EventLoopFuture<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        let authority = "\(origin.bracketedHost):\(origin.port)"
        // The caller's timer, which knows what it is that takes too long, must be the first of the two.
        let connect = NIOHTTP1ProxyConnectHandler(
            targetHost: origin.bracketedHost, targetPort: origin.port, headers: ["Host": authority],
            deadline: deadline + .seconds(1), promise: promise)
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(limitConfiguration: HTTPLimits.decoder))
        let pipeline = channel.pipeline.syncOperations
        do {
            try channel.syncOptions?.setOption(.autoRead, value: true)
            try pipeline.addHandler(encoder)
            try pipeline.addHandler(decoder)
            try pipeline.addHandler(connect)
        } catch {
            promise.fail(error)
        }
        return promise.futureResult.flatMapErrorThrowing { throw Refusal($0) }.assumeIsolated().flatMapThrowing {
            try channel.syncOptions?.setOption(.autoRead, value: false)
        }.flatMap {
            pipeline.removeHandler(encoder)
        }.flatMap {
            pipeline.removeHandler(decoder)
        }.nonisolated()
    }

    /// Why there is no tunnel; the library's own error would quote the proxy's response, fields and all.
    private struct Refusal: Error, CustomStringConvertible {
        let description: String

        init(_ error: any Error) {
            typealias ProxyError = NIOHTTP1ProxyConnectHandler.Error
            description =
                switch error as? ProxyError {
                case ProxyError.proxyAuthenticationRequired(): "the proxy asks for a password"
                case ProxyError.remoteConnectionClosed(): "the proxy closed the connection"
                case .some: "the proxy does not open a tunnel"
                case .none: "no tunnel through the proxy: \(error)"
                }
        }
    }
}
