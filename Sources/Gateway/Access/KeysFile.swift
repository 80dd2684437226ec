internal import Glibc

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A file of keys on disk (`PROXY_KEYS_FILE`).
public struct KeysFile: Sendable {
    let path: String

    public init(path: String) {
        self.path = path
    }

    /// What tells one state of the file from the next.
    struct Version: Equatable {
        let device: UInt
        let inode: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    /// The file's present version; nil when it is not there.
    var version: Version? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Version(
            device: UInt(status.st_dev), inode: UInt(status.st_ino), size: status.st_size,
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }

    /// - Throws: ``KeysFileFault`` when it cannot be read or used.
    func read() throws(KeysFileFault) -> KeyRing {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw KeysFileFault("the file '\(path)' cannot be read")
        }
        return try KeyRing(parsing: text)
    }
}
