internal import Glibc

/// The directory in which the machine's processes keep their scoreboards, one file each.
///
/// A process holds a lock on its file as long as it lives, so that the others know. The files of those that have ended are
/// added up into one by the next that begins: counts only ever grow, also where a web server starts and ends processes all
/// the time. Who adds up, or makes a file, has the directory's lock meanwhile; who reads shares it.
public struct StateDirectory: Sendable {
    private let path: String

    /// - Parameter path: a directory that is there.
    public init(_ path: String) {
        self.path = path
    }

    /// All scoreboards, also those of processes that have ended. Needs no right to write.
    ///
    /// - Throws: when the directory cannot be read, or nobody has kept a scoreboard in it.
    public func read() throws(ScoreboardError) -> [Snapshot] {
        let lock = open(lockPath, O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else { throw ScoreboardError("read a scoreboard in \(path)") }
        defer { close(lock) }
        guard flock(lock, LOCK_SH) == 0 else { throw ScoreboardError("lock \(lockPath)") }
        return try boards().compactMap { name in
            let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            return Snapshot(reading: descriptor, isLive: name != Self.past && flock(descriptor, LOCK_SH | LOCK_NB) != 0)
        }
    }

    /// A new file, which belongs to this process as long as it is open.
    func makeFile() throws(ScoreboardError) -> BoardFile {
        let operation = "keep a scoreboard in \(path)"
        let lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, mode)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw ScoreboardError(operation) }
        defer { close(lock) }
        try addUpEnded()
        let descriptor = openNewFile()
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else { throw ScoreboardError(operation) }
        return try BoardFile(descriptor, operation)
    }

    /// The time and the process's number may both have been another file's: a clock is set back, and containers number their
    /// processes from 1.
    private func openNewFile() -> Int32 {
        var descriptor: Int32 = -1
        for attempt in 0..<100 {
            let name = "\(Clock.system.stamp())-\(getpid())-\(attempt)\(Self.suffix)"
            descriptor = open("\(path)/\(name)", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            guard descriptor < 0, errno == EEXIST else { break }
        }
        return descriptor
    }

    /// Nobody but the processes' own user and group learns who calls.
    private var mode: mode_t { 0o640 }

    private static let suffix = ".scoreboard"
    /// What ended processes have done.
    private static let past = "past" + suffix

    private var lockPath: String { "\(path)/lock" }

    private func addUpEnded() throws(ScoreboardError) {
        var ended: [(name: String, snapshot: Snapshot?)] = []
        for name in try boards() {
            let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { continue }
            ended.append((name, Snapshot(reading: descriptor, isLive: false)))
        }
        // What an earlier version has left is of another layout, and of no use to this one.
        guard ended.contains(where: { $0.name != Self.past }) else { return }
        try write(Totals(ended.compactMap(\.snapshot)).file)
        for (name, _) in ended where name != Self.past { unlink("\(path)/\(name)") }
    }

    /// Under its name there is a whole file at any time.
    private func write(_ bytes: [UInt8]) throws(ScoreboardError) {
        let name = "\(path)/\(Self.past)"
        let descriptor = open("\(name).new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw ScoreboardError("write \(name)") }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw ScoreboardError("write \(name)") }
            written += count
        }
        guard rename("\(name).new", name) == 0 else { throw ScoreboardError("write \(name)") }
    }

    private func boards() throws(ScoreboardError) -> [String] {
        guard let directory = opendir(path) else { throw ScoreboardError("read \(path)") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(Self.suffix) { names.append(name) }
        }
        return names.sorted()
    }
}
