internal import Gateway
internal import Logging
internal import NIOCore
internal import Upstream

/// The client for upstream that a configuration describes.
///
/// - Parameter log: for names that cannot be looked up any more. Commands that end soon have no use for it.
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
