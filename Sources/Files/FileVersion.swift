internal import Glibc

/// Identifies one state of a file: its identity, its times of change, and its owner, group and mode.
///
/// The time of the last status change (ctime) is included, so changing only the owner or the mode results in a new version.
public struct FileVersion: Equatable, Sendable {
    private struct Time: Equatable {
        let seconds: Int
        let nanoseconds: Int

        init(_ time: timespec) {
            seconds = time.tv_sec
            nanoseconds = time.tv_nsec
        }
    }

    private let device: UInt
    private let inode: UInt
    private let modified: Time
    private let changed: Time
    private let owner: UInt32
    private let group: UInt32
    private let mode: UInt32
    private let size: Int

    /// Reads the version of the file at a path; nil if there is no file or its status cannot be read. Blocks as long as the
    /// file system does.
    ///
    /// - Parameter path: the file, or a link to it.
    public init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        modified = Time(status.st_mtim)
        changed = Time(status.st_ctim)
        owner = status.st_uid
        group = status.st_gid
        mode = status.st_mode
        size = status.st_size
    }
}
