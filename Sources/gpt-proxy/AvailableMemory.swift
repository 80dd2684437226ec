#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif
internal import Glibc

/// How much memory the process may take, and what of it is for the bodies that it has in hand.
enum AvailableMemory {
    /// What the bodies in hand may take together, in bytes of bodies.
    ///
    /// While it is handled a body is there about four times: as it came, taken apart, as it is sent, and on its way. So
    /// they take a quarter of the memory, and as much is left for each of several processes on a machine.
    ///
    /// - Parameter maxBody: the largest single one, which must find room even where there is little.
    static func forBodies(maxBody: Int) -> Int {
        max(byteCount / 16, 2 * maxBody)
    }

    /// What the machine has, or less where the process's limits (`ulimit -d`, `ulimit -v`) or its control groups (systemd's
    /// `MemoryMax`, a container's limit) say so.
    private static var byteCount: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return ([machine, limit(RLIMIT_DATA), limit(RLIMIT_AS)] + controlGroupLimits).min() ?? machine
    }

    private static func limit(_ resource: __rlimit_resource) -> Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    /// The limits of the control group (version 2) that the process is in, and of those around it. In a container, whose
    /// own group is the root of what it sees, the process may be named by a path from outside: what is not there is
    /// passed over.
    private static var controlGroupLimits: [Int] {
        guard let groups = contents("/proc/self/cgroup"),
            let line = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::") })
        else { return [] }
        var names = line.dropFirst("0::".count).split(separator: "/")
        var limits: [Int] = []
        while true {
            let file = (["/sys/fs/cgroup"] + names + ["memory.max"]).joined(separator: "/")
            if let limit = contents(file).flatMap({ Int($0.prefix(while: \.isNumber)) }) { limits.append(limit) }
            guard names.popLast() != nil else { return limits }
        }
    }

    private static func contents(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
