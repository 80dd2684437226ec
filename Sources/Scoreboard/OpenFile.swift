internal import Glibc

/// An open regular file. Neither opening nor locking it waits for another process.
struct OpenFile: ~Copyable {
    /// Identifies a file and the state of its contents.
    struct Status: Equatable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        fileprivate let modified: [Int]

        /// The status of the file at a path; nil if there is none.
        init?(_ path: String) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            self.init(status)
        }

        fileprivate init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        }

        /// Whether it is the same file, apart from its contents.
        func isSameFile(as other: Status?) -> Bool { device == other?.device && inode == other?.inode }
    }

    private let descriptor: Int32

    /// Opens or creates a file. Only this user and group can read a new file, because it contains callers' names.
    ///
    /// - Parameters:
    ///   - flags: the flags for open(2).
    ///   - operation: the purpose, for errors.
    /// - Throws: ``ScoreboardError`` if the file cannot be opened or is not a regular file.
    init(_ path: String, _ flags: Int32, for operation: String) throws(ScoreboardError) {
        // O_NONBLOCK: opening a FIFO must not wait for a writer.
        descriptor = open(path, flags | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw ScoreboardError(operation) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ScoreboardError(operation, EINVAL)
        }
    }

    deinit { close(descriptor) }

    var status: Status? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Status(status) : nil
    }

    /// Locks the file until it is closed.
    ///
    /// - Throws: ``ScoreboardError`` with the code `EWOULDBLOCK` if another process holds a lock.
    func lock(_ operation: String) throws(ScoreboardError) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw ScoreboardError(operation) }
    }

    /// Whether any process holds the lock. Returns true if that cannot be determined.
    func isLocked() -> Bool {
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return true }
        flock(descriptor, LOCK_UN)
        return false
    }

    /// Reads up to `count` words at an offset in bytes.
    func read(_ count: Int, at offset: Int) -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: count) { words, initialized in
            let bytes = UnsafeMutableRawBufferPointer(words)
            var read = 0
            while read < bytes.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[read...])
                let more = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + read))
                guard more > 0 else { break }
                read += more
            }
            initialized = read / Layout.wordSize
        }
    }

    /// Writes words at an offset in bytes.
    func write(_ words: [UInt64], at offset: Int, _ operation: String) throws(ScoreboardError) {
        let code = words.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                let more = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
                guard more > 0 else { return more < 0 ? errno : ENOSPC }
                written += more
            }
            return 0
        }
        guard code == 0 else { throw ScoreboardError(operation, code) }
    }

    /// Waits until all written data is on the disk.
    func synchronize(_ operation: String) throws(ScoreboardError) {
        guard fsync(descriptor) == 0 else { throw ScoreboardError(operation) }
    }
}

extension OpenFile {
    /// Writes an image to a slot. The head is written last, because it makes the slot valid.
    ///
    /// - Parameter number: the image's sequence number, which selects the slot.
    func write(_ image: Image, number: UInt64, _ operation: String) throws(ScoreboardError) {
        let offset = Int(number % UInt64(Layout.slotCount)) * Layout.slotSize
        try write(image.body, at: offset + Image.headCount * Layout.wordSize, operation)
        try write(Image.Head(image, number: number).words, at: offset, operation)
    }

    /// The latest valid image; nil if there is none.
    func readImage() -> Image? {
        var heads: [(offset: Int, head: Image.Head)] = []
        for slot in 0..<Layout.slotCount {
            let offset = slot * Layout.slotSize
            guard let head = Image.Head(read(Image.headCount, at: offset)) else { continue }
            heads.append((offset, head))
        }
        for (offset, head) in heads.sorted(by: { $0.head.number > $1.head.number }) {
            let body = read(head.count, at: offset + Image.headCount * Layout.wordSize)
            if let image = Image(head, body) { return image }
        }
        return nil
    }
}
