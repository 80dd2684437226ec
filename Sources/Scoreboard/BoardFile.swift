internal import Glibc
internal import Synchronization

/// A scoreboard's file, mapped by the process that it belongs to, which holds a lock on it as long as it lives. Others read
/// the file.
final class BoardFile: @unchecked Sendable {
    let descriptor: Int32
    private let base: UnsafeMutableRawPointer

    /// Takes over the descriptor of an empty file that may be read and written.
    init(_ descriptor: Int32, _ operation: String) throws(ScoreboardError) {
        self.descriptor = descriptor
        let code = posix_fallocate(descriptor, 0, off_t(Layout.places))
        guard code == 0 else { throw ScoreboardError(operation, code) }
        let base = mmap(nil, Layout.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let base, base != MAP_FAILED else { throw ScoreboardError(operation) }
        self.base = base
    }

    /// A file without a name, for this process alone.
    static func makePrivate() throws(ScoreboardError) -> BoardFile {
        let operation = "make a scoreboard in shared memory"
        let name = "/gpt-proxy-\(getpid())-\(now())"
        let descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw ScoreboardError(operation) }
        shm_unlink(name)
        return try BoardFile(descriptor, operation)
    }

    deinit {
        munmap(base, Layout.size)
        close(descriptor)
    }

    /// Makes a piece of the file real, so that touching it cannot fail.
    ///
    /// - Returns: false when the file system has no room.
    func reserve(_ offset: Int, _ count: Int) -> Bool {
        posix_fallocate(descriptor, off_t(offset), off_t(count)) == 0
    }

    func pointer(_ offset: Int) -> UnsafeMutableRawPointer { base + offset }

    /// A number that only this process writes.
    subscript(offset: Int) -> UInt64 {
        get { base.load(fromByteOffset: offset, as: UInt64.self) }
        set { base.storeBytes(of: newValue, toByteOffset: offset, as: UInt64.self) }
    }

    subscript(word: Layout.HeaderWord) -> UInt64 {
        get { self[word.rawValue * Layout.wordSize] }
        set { self[word.rawValue * Layout.wordSize] = newValue }
    }

    /// Stores a number that readers must not see before all that was written until now.
    func publish(_ value: UInt64, at offset: Int) {
        (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(value, ordering: .releasing)
    }

    func publish(_ value: UInt64, as word: Layout.HeaderWord) {
        publish(value, at: word.rawValue * Layout.wordSize)
    }
}
