internal import Glibc

/// What tells one state of a file from the next.
struct FileVersion: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt
    private let size: Int
    /// When it was written last, as the system has it.
    private let modified: [UInt8]

    /// The file's present version; nil when it is not there.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = status.st_size
        modified = withUnsafeBytes(of: status.st_mtim) { Array($0) }
    }
}
