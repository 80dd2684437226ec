internal import NIOCore
internal import NIOExtras
internal import NIOHTTP1

/// A tunnel through an HTTP proxy (CONNECT: RFC 9110, section 9.3.6).
enum Tunnel {
    /// Turns a connection to the proxy into a connection to `origin`. Afterwards, the channel has no handlers.
    static func open(
        to origin: Origin, through channel: any Channel, deadline: NIODeadline
    ) -> EventLoopFuture<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        let authority = "\(origin.bracketedHost):\(origin.port)"
        // The caller's timer must expire before the handler's, because the caller reports which limit was exceeded.
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

    /// Why the tunnel could not be opened. The library's own error would quote the proxy's response, including its headers.
    private struct Refusal: Error, CustomStringConvertible {
        let description: String

        init(_ error: any Error) {
            typealias ProxyError = NIOHTTP1ProxyConnectHandler.Error
            description =
                switch error as? ProxyError {
                case ProxyError.proxyAuthenticationRequired(): "the proxy requires a password"
                case ProxyError.remoteConnectionClosed(): "the proxy closed the connection"
                case .some: "the proxy does not open a tunnel"
                case .none: "no tunnel through the proxy: \(error)"
                }
        }
    }
}
