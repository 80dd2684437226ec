internal import Glibc

/// A limit on the memory of the process.
public struct MemoryLimit: Sendable, Equatable {
    /// The name that operators know: `ulimit -v`, `/sys/fs/cgroup/memory.max`.
    public let name: String
    /// How much the process may still take, in bytes; from 0 on.
    public let bytes: Int

    init(_ name: String, _ bytes: Int) {
        self.name = name
        self.bytes = max(0, bytes)
    }

    /// The lowest of all limits: the machine's memory, the process's own limits (`ulimit -d`, `ulimit -v`) and those of its
    /// control groups (systemd's `MemoryMax` and `MemoryHigh`, a container's limit).
    ///
    /// - Parameter threads: the threads that the process will start.
    public static func lowest(threads: ThreadPlan) -> MemoryLimit {
        lowest(in: SystemFiles(root: ""), ResourceLimits.current, threads)
    }

    static func lowest(in files: SystemFiles, _ resources: ResourceLimits, _ threads: ThreadPlan) -> MemoryLimit {
        let machine = MemoryLimit("the machine's memory", resources.machine)
        return ([machine] + own(files, resources, threads) + controlGroups(files))
            .min { $0.bytes < $1.bytes } ?? machine
    }

    /// The limits of the process itself. They include memory that is reserved but not used, so what is reserved now and what the
    /// threads will reserve is subtracted.
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

/// How much the process has reserved already, in bytes; 0 if that cannot be read.
struct ReservedMemory {
    let addressSpace: Int
    let data: Int

    init(_ files: SystemFiles) {
        let lines = files.text("/proc/self/status")?.split(separator: "\n") ?? []
        func kilobytes(_ name: String) -> Int {
            guard let line = lines.first(where: { $0.hasPrefix("\(name):") }) else { return 0 }
            let number = line.dropFirst(name.count + 1).drop { !$0.isNumber }.prefix { $0.isNumber }
            // No process has more than an exabyte.
            return Int(number).flatMap { $0 < 1 << 40 ? $0 : nil } ?? 0
        }
        addressSpace = kilobytes("VmSize") << 10
        data = kilobytes("VmData") << 10
    }
}
