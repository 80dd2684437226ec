internal import Gateway
internal import NIOCore

/// Looks at how many streams the limit on open files leaves room for.
enum DescriptorsCheck {
    static func run(_ configuration: Configuration) -> Finding {
        let possible = DescriptorBudget.raised(eventLoops: System.coreCount).streams
        let asked = configuration.maxStreams
        let subject = "MAX_STREAMS"
        if asked == 0 { return .ok(subject, "is what the limit on open files leaves here: \(possible) in a process") }
        if asked <= possible {
            return .ok(subject, "is \(asked), and the limit on open files leaves room for \(possible) here")
        }
        return .warning(
            subject, "is \(asked), but the limit on open files leaves room for \(possible) only here",
            remedy: "raise the limit where gpt-proxy is started: LimitNOFILE= (systemd), ulimit -n, nofile (containers)"
        )
    }
}
