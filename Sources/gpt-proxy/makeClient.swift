internal import Gateway
internal import NIOCore
internal import Upstream

/// The client for upstream that a configuration describes.
func makeClient(_ configuration: Configuration, on eventLoops: any EventLoopGroup) -> Client {
    Client(configuration: configuration.client, eventLoopGroup: eventLoops)
}
