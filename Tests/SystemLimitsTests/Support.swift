import Foundation

@testable import SystemLimits

/// Simulated kernel files with the given contents.
final class FakeRoot {
    let files: SystemFiles

    init(_ contents: [String: String] = [:]) throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        files = SystemFiles(root: root)
        for (path, content) in contents {
            let url = URL(filePath: root + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.utf8).write(to: url)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: files.root) }
}

let MB = 1 << 20

/// Lines of `/proc/self/mountinfo`: control groups version 2, the memory controller of version 1, and other mounts.
let unified = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
let memoryController = "33 25 0:29 / /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory\n"
let otherMounts = """
    22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
    25 22 0:24 / /sys/fs/cgroup ro,nosuid shared:8 - tmpfs tmpfs ro,mode=755
    34 25 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:10 - cgroup cgroup rw,cpu,cpuacct

    """
