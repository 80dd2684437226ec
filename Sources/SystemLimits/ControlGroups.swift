/// The process's control groups (cgroups, versions 1 and 2) and the groups that contain them.
///
/// In a container, the container's own group may be mounted as the root of the cgroup file system, while the kernel reports the
/// path that the process's group has outside of the container. In that case, the limits of the mounted root are used.
struct ControlGroups {
    /// The paths of the files with memory limits. Some may not exist.
    let limitFiles: [String]

    /// Finds the limit files.
    ///
    /// - Parameters:
    ///   - membership: the text of `/proc/self/cgroup`; see cgroups(7).
    ///   - mounts: the text of `/proc/self/mountinfo`; see proc_pid_mountinfo(5).
    init(membership: String, mounts: String) {
        let mounts = mounts.split(separator: "\n").compactMap { Mount($0) }
        limitFiles = membership.split(separator: "\n").flatMap { line -> [String] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            let version: Version
            if fields[0] == "0", fields[1].isEmpty {
                version = .two
            } else if fields[1].split(separator: ",").contains("memory") {
                version = .one
            } else {
                return []
            }
            return mounts.filter { $0.version == version }.flatMap { mount in
                mount.directories(of: fields[2]).flatMap { directory in version.files.map { "\(directory)/\($0)" } }
            }
        }
    }

    private enum Version {
        case one
        case two

        var files: [String] {
            switch self {
            case .one: ["memory.limit_in_bytes"]
            case .two: ["memory.max", "memory.high"]
            }
        }
    }

    /// A mounted cgroup file system with memory limits.
    private struct Mount {
        let version: Version
        /// The group that is mounted.
        private let root: [Substring]
        private let place: String

        /// - Parameter line: `36 35 0:31 /root /place rw shared:9 - cgroup2 cgroup2 rw`.
        init?(_ line: Substring) {
            let fields = line.split(separator: " ")
            guard let separator = fields.firstIndex(of: "-"), separator >= 6, fields.count > separator + 3
            else { return nil }
            switch fields[separator + 1] {
            case "cgroup2": version = .two
            case "cgroup" where fields[separator + 3].split(separator: ",").contains("memory"): version = .one
            default: return nil
            }
            root = Substring(Self.unescaped(fields[3])).split(separator: "/")
            place = Self.unescaped(fields[4])
        }

        /// The directories of a group and of the groups that contain it. If the group is not below the mounted one, only the
        /// root of the mount.
        func directories(of group: Substring) -> [String] {
            var names = group.split(separator: "/")
            names = names.starts(with: root) && !names.contains("..") ? Array(names.dropFirst(root.count)) : []
            return (0...names.count).map { ([Substring(place)] + names.dropLast($0)).joined(separator: "/") }
        }

        /// Replaces escape sequences: spaces are written as a backslash and three octal digits.
        private static func unescaped(_ field: Substring) -> String {
            var bytes: [UInt8] = []
            var rest = field.utf8[...]
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\\"), let code = UInt8(String(Substring(rest.prefix(3))), radix: 8) {
                    bytes.append(code)
                    rest = rest.dropFirst(3)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
