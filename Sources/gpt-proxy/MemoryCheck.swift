internal import Gateway
internal import SystemLimits

/// Checks whether the limits on memory leave room for the largest body.
enum MemoryCheck {
    static func run(_ configuration: Configuration) -> Finding {
        let plan = MemoryPlan(maxBody: configuration.maxBody)
        let subject = "MAX_BODY"
        if plan.bodies.maxBody == configuration.maxBody {
            return .ok(
                subject,
                "is \(megabytes(configuration.maxBody)), and memory leaves \(megabytes(plan.bodies.capacity)) for all bodies here"
            )
        }
        return .warning(
            subject,
            "is \(megabytes(configuration.maxBody)), but \(plan.limit.name) leaves room for \(megabytes(plan.bodies.maxBody)) only here",
            remedy: "raise that limit where gpt-proxy is started, or lower MAX_BODY")
    }

    private static func megabytes(_ bytes: Int) -> String { "\(bytes >> 20) MB" }
}
