internal import Gateway
internal import Logging
internal import NIOCore
internal import Upstream

/// Creates the upstream client that a configuration describes.
///
/// - Parameter log: receives failed and recovered name lookups; nil for commands that end soon.
func makeClient(_ configuration: Configuration, on eventLoops: any EventLoopGroup, log: Logger? = nil) -> Client {
    Client(configuration: configuration.client, eventLoopGroup: eventLoops) { log?.note($0) }
}

extension Logger {
    fileprivate func note(_ change: LookupChange) {
        switch change {
        case .failing(let host, let reason, let answerAge):
            warning(
                "a name cannot be looked up; its addresses stay in use until they are an hour old",
                metadata: ["name": "\(host)", "fault": "\(reason)", "age_seconds": "\(answerAge.components.seconds)"])
        case .recovered(let host):
            notice("a name can be looked up again", metadata: ["name": "\(host)"])
        }
    }
}
