internal import Glibc

/// How the descriptors that the process may open are shared out.
///
/// A live exchange has two: the web server's connection and upstream's. What is set aside is for all that comes besides:
/// connections that are idle on either side, requests that are arriving or being refused, and the program's own files.
struct DescriptorBudget {
    /// How many exchanges may be live.
    let streams: Int
    /// How many idle connections to upstream each event loop may keep.
    let maximumIdleConnections: Int

    /// Raises the limit as far as the system lets it: the usual 1,024 was made for programs that use `select`.
    static func raised(eventLoops: Int) -> DescriptorBudget {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return DescriptorBudget(limit: Int(clamping: limit.rlim_cur), eventLoops: eventLoops)
    }

    private init(limit: Int, eventLoops: Int) {
        let own = 32 + 5 * eventLoops
        let spare = limit / 8
        streams = max(1, (limit - own - spare) / 2)
        maximumIdleConnections = min(256, spare / 2 / eventLoops)
    }
}
