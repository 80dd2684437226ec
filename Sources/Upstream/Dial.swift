package import NIOCore
internal import NIOPosix

/// Opens a connection to the first of a peer's addresses that accepts one within the time. Nothing is read from it yet.
package typealias Dial =
    @Sendable (
        _ peer: HostAndPort, _ addresses: [SocketAddress], _ timeout: TimeAmount, _ eventLoop: any EventLoop
    ) -> EventLoopFuture<any Channel>

/// Opens a TCP connection.
@Sendable
func dialTCP(
    _ peer: HostAndPort, _ addresses: [SocketAddress], _ timeout: TimeAmount, _ eventLoop: any EventLoop
) -> EventLoopFuture<any Channel> {
    ClientBootstrap(group: eventLoop)
        .channelOption(.autoRead, value: false)
        .connectTimeout(timeout)
        .resolver(KnownAddresses(addresses: addresses, eventLoop: eventLoop))
        .connect(host: peer.host, port: peer.port)
}
