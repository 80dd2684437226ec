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

    /// Memory of the same layout without a file, for this process alone: where it runs there may be no place for files.
    private init(_ memory: UnsafeMutableRawPointer) {
        descriptor = -1
        base = memory
    }

    static func makePrivate() throws(ScoreboardError) -> BoardFile {
        let memory = mmap(nil, Layout.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else { throw ScoreboardError("make a scoreboard") }
        return BoardFile(memory)
    }

    deinit {
        munmap(base, Layout.size)
        if descriptor >= 0 { close(descriptor) }
    }

    /// What a reader of the file would find there.
    func bytes(_ offset: Int, _ count: Int) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: base + offset, count: count))
    }

    /// Makes a piece of the file real, so that touching it cannot fail.
    ///
    /// - Returns: false when the file system has no room.
    func reserve(_ offset: Int, _ count: Int) -> Bool {
        descriptor < 0 || posix_fallocate(descriptor, off_t(offset), off_t(count)) == 0
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
