internal import NIOCore
internal import NIOPosix

/// Passes known addresses to swift-nio, which tries them one after the other and uses the first that connects (Happy Eyeballs,
/// RFC 8305).
struct KnownAddresses: Resolver, Sendable {
    let addresses: [SocketAddress]
    let eventLoop: any EventLoop

    /// Returns all addresses, including IPv4. swift-nio tries the addresses of one answer in order; with two answers, it would
    /// always begin with this one, even if the system prefers IPv4.
    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        eventLoop.makeSucceededFuture(addresses)
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        eventLoop.makeSucceededFuture([])
    }

    func cancelQueries() {}
}
