internal import Glibc

/// Everything that tells one state of a file from another: which file it is, when it was changed, and who may read it.
///
/// The time of the last status change (ctime) is part of it, so a file that only gets another owner or mode has a new version.
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

    /// The version of the file that a path leads to; nil if there is none, or it cannot be looked at. Blocks for as long as
    /// the file system does.
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
