internal import Diagnosis
internal import Gateway
internal import NIOCore

/// Checks how many streams the limit on open files allows.
enum DescriptorsCheck {
    static func run(_ configuration: Configuration) -> Finding {
        let possible = DescriptorBudget.raised(eventLoops: System.coreCount).streams
        let asked = configuration.maxStreams
        let subject = "MAX_STREAMS"
        if asked == 0 { return .ok(subject, "is set by the limit on open files here: \(possible) per process") }
        if asked <= possible {
            return .ok(subject, "is \(asked), and the limit on open files allows \(possible) here")
        }
        return .warning(
            subject, "is \(asked), but the limit on open files allows only \(possible) here",
            remedy: "raise the limit where gpt-proxy is started: LimitNOFILE= (systemd), ulimit -n, nofile (containers)"
        )
    }
}
