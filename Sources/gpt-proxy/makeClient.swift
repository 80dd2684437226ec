internal import Gateway
internal import NIOCore
internal import Upstream

/// The client for upstream that a configuration describes.
func makeClient(_ configuration: Configuration, on eventLoops: any EventLoopGroup) throws -> Client {
    do throws(InvalidConfiguration) {
        return try Client(configuration: configuration.client, eventLoopGroup: eventLoops)
    } catch {
        // The one part of the configuration that only shows its faults when it is used.
        throw Exit.configuration("UPSTREAM_CA_FILE: \(error)")
    }
}
