import Testing

@testable import SystemLimits

@Suite struct MemoryLimitTests {
    private let threads = ThreadPlan(large: 8, small: 80, stackSize: 8 * MB)

    private func lowest(
        _ contents: [String: String] = [:], machine: Int = 4096 * MB, addressSpace: Int? = nil, data: Int? = nil
    ) throws -> MemoryLimit {
        let root = try FakeRoot(contents)
        defer { withExtendedLifetime(root) {} }
        return .lowest(
            in: root.files, ResourceLimits(machine: machine, addressSpace: addressSpace, data: data), threads)
    }

    @Test func `without other limits, the machine's memory is the limit`() throws {
        #expect(try lowest() == MemoryLimit("the machine's memory", 4096 * MB))
    }

    @Test func `reserved memory, stacks and arenas are subtracted from a limit on address space`() throws {
        let status = [
            "/proc/self/status": "Name:\tgpt-proxy\nVmPeak:\t  999999 kB\nVmSize:\t  102400 kB\nVmData:\t 1024 kB\n"
        ]
        let limit = try lowest(status, addressSpace: 1024 * MB)
        #expect(limit.name == "ulimit -v")
        #expect(limit.bytes == 1024 * MB - 100 * MB - threads.stacks - 128 * MB)
        #expect(limit.bytes > 700 * MB)
    }

    @Test func `arenas are not subtracted from a limit on data, which counts them when they are used`() throws {
        let status = ["/proc/self/status": "VmSize:\t  102400 kB\nVmData:\t 1024 kB\n"]
        let limit = try lowest(status, data: 512 * MB)
        #expect(limit == MemoryLimit("ulimit -d", 512 * MB - MB - threads.stacks))
    }

    @Test func `an exhausted limit leaves no memory`() throws {
        #expect(try lowest(addressSpace: 0).bytes == 0)
        #expect(try lowest(["/proc/self/status": "VmSize: 104857600 kB\n"], addressSpace: 1024 * MB).bytes == 0)
    }

    @Test(arguments: ["", "VmSize", "VmSize:", "VmSize:\t-5 kB", "VmSize:\t99999999999999999999999 kB", "\u{0}\u{FF}"])
    func `an unreadable size of the process counts as nothing`(_ status: String) throws {
        let limit = try lowest(["/proc/self/status": status], addressSpace: 1024 * MB)
        #expect(limit.bytes > 700 * MB && limit.bytes < 1024 * MB)
    }

    // MARK: Control groups

    @Test func `the lowest limit of the group and its ancestors applies`() throws {
        let files = [
            "/proc/self/cgroup": "0::/system.slice/gpt-proxy.service\n",
            "/proc/self/mountinfo": otherMounts + unified,
            "/sys/fs/cgroup/memory.max": "max\n",
            "/sys/fs/cgroup/system.slice/memory.max": "\(512 * MB)\n",
            "/sys/fs/cgroup/system.slice/gpt-proxy.service/memory.max": "\(1024 * MB)\n",
        ]
        #expect(try lowest(files) == MemoryLimit("/sys/fs/cgroup/system.slice/memory.max", 512 * MB))
    }

    @Test func `memory.high is a limit like memory.max`() throws {
        let files = [
            "/proc/self/cgroup": "0::/a\n", "/proc/self/mountinfo": unified,
            "/sys/fs/cgroup/a/memory.max": "max", "/sys/fs/cgroup/a/memory.high": "\(256 * MB)\n",
        ]
        #expect(try lowest(files) == MemoryLimit("/sys/fs/cgroup/a/memory.high", 256 * MB))
    }

    @Test func `version 1 limits are read from the memory controller's mount`() throws {
        let files = [
            "/proc/self/cgroup": "12:cpu,cpuacct:/x\n4:memory:/docker/abc\n1:name=systemd:/y\n0::/\n",
            "/proc/self/mountinfo": otherMounts + memoryController,
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "\(300 * MB)\n",
        ]
        #expect(
            try lowest(files)
                == MemoryLimit("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", 300 * MB))
    }

    @Test func `in a container the mounted group's limit applies, whatever path the kernel reports`() throws {
        let mount = memoryController.replacing(" / ", with: " /docker/abc ")
        for group in ["/docker/abc", "/docker/abc/worker", "/another", "/../other"] {
            let files = [
                "/proc/self/cgroup": "4:memory:\(group)\n", "/proc/self/mountinfo": mount,
                "/sys/fs/cgroup/memory/memory.limit_in_bytes": "\(300 * MB)",
            ]
            #expect(try lowest(files).bytes == 300 * MB)
        }
    }

    @Test func `mount points with spaces and groups with colons are found`() throws {
        let files = [
            "/proc/self/cgroup": "0::/a:b\n",
            "/proc/self/mountinfo": unified.replacing("/sys/fs/cgroup", with: "/my\\040groups"),
            "/my groups/a:b/memory.max": "\(300 * MB)",
        ]
        #expect(try lowest(files) == MemoryLimit("/my groups/a:b/memory.max", 300 * MB))
    }

    @Test(arguments: ["max", "", "-1", "99999999999999999999999999", "12 apples", "0x100", "\u{FF}\u{0}", " 5"])
    func `a text that is not a number does not limit memory`(_ content: String) throws {
        let files = [
            "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": unified, "/sys/fs/cgroup/memory.max": content,
        ]
        #expect(try lowest(files).name == "the machine's memory")
    }

    @Test(arguments: 0..<200) func `random bytes in the tables do not cause a crash`(_ seed: Int) throws {
        var random = SystemRandomNumberGenerator()
        func spoil(_ text: String) -> String {
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(position..<min(bytes.count, position + 5))
                default: bytes.insert(contentsOf: Array(" :/\\-".utf8), at: position)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        let files = [
            "/proc/self/cgroup": spoil("4:memory:/docker/abc\n0::/a/b\n"),
            "/proc/self/mountinfo": spoil(otherMounts + unified + memoryController),
            "/proc/self/status": spoil("VmSize:\t  102400 kB\nVmData:\t 1024 kB\n"),
        ]
        #expect(try lowest(files, addressSpace: 2048 * MB).bytes <= 2048 * MB)
    }

    @Test func `an endless file is read up to the size limit`() {
        let files = SystemFiles(root: "")
        #expect(files.text("/dev/zero")?.utf8.count == 1 << 20)
        #expect(files.text("/nonexistent") == nil)
        #expect(files.bytes("/dev/zero") == nil)
    }

    @Test func `this process has limits that can be read`() {
        #expect(MemoryLimit.lowest(threads: ThreadPlan(large: 1, small: 1)).bytes > 0)
        #expect(ReservedMemory(SystemFiles(root: "")).addressSpace > 0)
    }
}
