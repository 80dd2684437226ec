internal import Glibc

/// A limit on the process's memory.
public struct MemoryLimit: Sendable, Equatable {
    /// The name that operators know: `ulimit -v`, `/sys/fs/cgroup/memory.max`.
    public let name: String
    /// How much memory the process may still use, in bytes; at least 0.
    public let bytes: Int

    init(_ name: String, _ bytes: Int) {
        self.name = name
        self.bytes = max(0, bytes)
    }

    /// Finds the lowest of all limits: the machine's memory, the process's own limits (`ulimit -d`, `ulimit -v`) and the limits
    /// of its control groups (systemd's `MemoryMax` and `MemoryHigh`, a container's limit).
    ///
    /// - Parameter threads: the threads that the process will start.
    /// - Returns: the limit that leaves the least memory.
    public static func lowest(threads: ThreadPlan) -> MemoryLimit {
        lowest(in: SystemFiles(root: ""), ResourceLimits.current, threads)
    }

    static func lowest(in files: SystemFiles, _ resources: ResourceLimits, _ threads: ThreadPlan) -> MemoryLimit {
        let machine = MemoryLimit("the machine's memory", resources.machine)
        return ([machine] + own(files, resources, threads) + controlGroups(files))
            .min { $0.bytes < $1.bytes } ?? machine
    }

    /// The limits of the process itself. They count reserved memory even if it is not used, so the memory that is reserved now
    /// and that the threads will reserve is subtracted.
    private static func own(_ files: SystemFiles, _ resources: ResourceLimits, _ threads: ThreadPlan) -> [MemoryLimit] {
        let reserved = ReservedMemory(files)
        func limit(_ name: String, _ bytes: Int?, _ reserved: Int) -> MemoryLimit? {
            bytes.map { MemoryLimit(name, $0.subtractingReportingOverflow(reserved).partialValue) }
        }
        return [
            limit("ulimit -v", resources.addressSpace, reserved.addressSpace + threads.stacks + threads.arenas),
            limit("ulimit -d", resources.data, reserved.data + threads.stacks),
        ].compactMap { $0 }
    }

    private static func controlGroups(_ files: SystemFiles) -> [MemoryLimit] {
        guard let membership = files.text("/proc/self/cgroup"), let mounts = files.text("/proc/self/mountinfo")
        else { return [] }
        return ControlGroups(membership: membership, mounts: mounts).limitFiles.compactMap { path in
            files.bytes(path).map { MemoryLimit(path, $0) }
        }
    }
}

/// The machine's memory and the process's own limits, in bytes; nil without a limit.
struct ResourceLimits {
    var machine: Int
    var addressSpace: Int?
    var data: Int?

    static var current: ResourceLimits {
        ResourceLimits(
            machine: max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE))),
            addressSpace: limit(RLIMIT_AS), data: limit(RLIMIT_DATA))
    }

    private static func limit(_ resource: __rlimit_resource) -> Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max
        else { return nil }
        return Int(clamping: limit.rlim_cur)
    }
}

/// The memory that the process has already reserved, in bytes; 0 if it cannot be read.
struct ReservedMemory {
    let addressSpace: Int
    let data: Int

    init(_ files: SystemFiles) {
        let lines = files.text("/proc/self/status")?.split(separator: "\n") ?? []
        func kilobytes(_ name: String) -> Int {
            guard let line = lines.first(where: { $0.hasPrefix("\(name):") }) else { return 0 }
            let number = line.dropFirst(name.count + 1).drop { !$0.isNumber }.prefix { $0.isNumber }
            // Ignore implausible values: no process has reserved 1 PiB.
            return Int(number).flatMap { $0 < 1 << 40 ? $0 : nil } ?? 0
        }
        addressSpace = kilobytes("VmSize") << 10
        data = kilobytes("VmData") << 10
    }
}
