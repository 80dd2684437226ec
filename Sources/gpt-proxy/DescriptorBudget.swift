internal import Glibc

/// Divides the descriptors that the process may open.
///
/// A live request uses two: the web server's connection and upstream's. Some are reserved for everything else: idle
/// connections on both sides, requests that are arriving or being rejected, and the program's own files.
struct DescriptorBudget {
    /// The maximum number of live requests.
    let streams: Int
    /// The maximum number of idle upstream connections per event loop.
    let maximumIdleConnections: Int

    /// Raises the soft limit to the hard limit: the usual soft limit of 1,024 exists for programs that use `select`.
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
