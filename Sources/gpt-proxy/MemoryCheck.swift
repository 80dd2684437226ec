internal import Diagnosis
internal import Gateway
internal import SystemLimits

/// Checks whether the memory limits allow a body of `MAX_BODY`.
enum MemoryCheck {
    static func run(_ configuration: Configuration) -> Finding {
        let plan = MemoryPlan(maxBody: configuration.maxBody)
        let subject = "MAX_BODY"
        if plan.bodies.maxBody == configuration.maxBody {
            return .ok(
                subject,
                "is \(megabytes(configuration.maxBody)), and memory allows \(megabytes(plan.bodies.capacity)) for all bodies here"
            )
        }
        return .warning(
            subject,
            "is \(megabytes(configuration.maxBody)), but \(plan.limit.name) leaves room for only \(megabytes(plan.bodies.maxBody)) here",
            remedy: "raise that limit where gpt-proxy is started, or lower MAX_BODY")
    }

    private static func megabytes(_ bytes: Int) -> String { "\(bytes >> 20) MB" }
}
