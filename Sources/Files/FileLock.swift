internal import Glibc

/// An open and locked file (flock(2)), so that only one process at a time changes it.
///
/// A change replaces the file, but the lock is on the old file. A lock is therefore valid only if the path still leads to the
/// locked file; otherwise the new file must be locked instead.
struct FileLock: ~Copyable {
    let descriptor: Int32
    /// Whether the file was created for the lock, and is empty.
    let isNew: Bool

    /// How long to wait for another process.
    private static let patience = Duration.seconds(10)
    /// The pause between two attempts, in microseconds.
    private static let pause: UInt32 = 10_000

    /// The mode of a file that is created for the lock. It lets the group of the service's user read the file.
    private static let mode: mode_t = 0o640

    /// Opens the file and waits for the lock.
    ///
    /// - Parameters:
    ///   - path: the file itself, not a link to it.
    ///   - mayCreate: whether to create a missing file.
    /// - Throws: ``FileError`` if the file cannot be opened or created, or if another process holds the lock for 10 seconds.
    init(_ path: String, mayCreate: Bool) throws(FileError) {
        (descriptor, isNew) = try Self.openLocked(path, mayCreate: mayCreate)
    }

    deinit {
        close(descriptor)
    }

    /// Removes a file that was created for the lock, unless another file has replaced it.
    func removeIfNew(_ path: String) {
        if isNew, Self.isStill(descriptor, at: path) { unlink(path) }
    }

    private static func openLocked(_ path: String, mayCreate: Bool) throws(FileError) -> (Int32, isNew: Bool) {
        let deadline = ContinuousClock.now + patience
        while true {
            let (descriptor, isNew) = try open(path, mayCreate: mayCreate)
            do throws(FileError) {
                try lock(descriptor, path, deadline)
            } catch {
                close(descriptor)
                throw error
            }
            if isStill(descriptor, at: path) { return (descriptor, isNew) }
            close(descriptor)
        }
    }

    private static func open(_ path: String, mayCreate: Bool) throws(FileError) -> (Int32, isNew: Bool) {
        let flags = O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC
        while true {
            // NFS can lock only files that are open for writing. Other file systems can lock files that are open for reading,
            // and the file itself need not be writable, because it is replaced.
            var descriptor = Glibc.open(path, O_RDWR | flags)
            if descriptor < 0, errno == EACCES || errno == EROFS { descriptor = Glibc.open(path, O_RDONLY | flags) }
            if descriptor >= 0 { return (descriptor, false) }
            guard errno == ENOENT, mayCreate else { throw FileError("open \(path)", code: errno) }
            descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | flags, mode)
            if descriptor >= 0 {
                // `open` has applied the umask.
                fchmod(descriptor, mode)
                return (descriptor, true)
            }
            guard errno == EEXIST else { throw FileError("create \(path)", code: errno) }
        }
    }

    private static func lock(
        _ descriptor: Int32, _ path: String, _ deadline: ContinuousClock.Instant
    ) throws(FileError) {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EAGAIN || errno == EINTR else { throw FileError("lock \(path)", code: errno) }
            guard ContinuousClock.now < deadline else {
                throw FileError(
                    "lock \(path)", reason: "another process has had it locked for \(patience.components.seconds) s",
                    remedy: "wait for it or end it: lsof \(path)")
            }
            usleep(pause)
        }
    }

    private static func isStill(_ descriptor: Int32, at path: String) -> Bool {
        var (locked, present) = (stat(), stat())
        return fstat(descriptor, &locked) == 0 && lstat(path, &present) == 0 && locked.st_dev == present.st_dev
            && locked.st_ino == present.st_ino
    }
}
