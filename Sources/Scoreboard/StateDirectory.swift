internal import Glibc
public import Threads

/// The directory with the scoreboards of a machine's processes: one file for each process.
///
/// A process holds a lock on its file while it is running, so that other processes can detect whether it is. The counts of
/// ended processes are added to a file of totals, which is replaced atomically; after that, the processes' files are removed.
/// The totals list the identities of the files that they include, so that each file is counted once even if the process that
/// does this is killed between the two steps.
///
/// No function waits for another process. But the file system may block indefinitely, so event loops must not call this.
public struct StateDirectory: Sendable {
    private let path: String
    private let clock: Clock

    /// Creates an object for a directory. Does not access the directory.
    ///
    /// - Parameters:
    ///   - path: the directory's path. It need not exist yet.
    ///   - clock: the source of all times.
    public init(_ path: String, clock: Clock = .system) {
        self.path = path
        self.clock = clock
    }

    private static let suffix = ".scoreboard"
    /// The name of the file of totals, without its suffix.
    private static let past = "past"
    /// The suffix of incomplete files.
    private static let unfinishedSuffix = ".new"
    private static let damagedSuffix = ".damaged"

    /// The maximum number of files that are read.
    private static let fileLimit = 10_000

    private var pastPath: String { "\(path)/\(Self.past)\(Self.suffix)" }

    /// Creates the file of this process's scoreboard.
    ///
    /// - Parameters:
    ///   - identity: the scoreboard's identity.
    ///   - image: its current image.
    func makeFile(_ identity: UInt64, _ image: Image) throws(ScoreboardError) -> BoardFile {
        let name = "\(path)/\(getpid())-\(String(identity, radix: 16))"
        let make = { () throws(ScoreboardError) in
            try BoardFile(
                name + Self.suffix, unfinished: name + Self.unfinishedSuffix, image,
                for: "keep a scoreboard in \(path)")
        }
        // Another process may have removed the file before it was locked; see `removeUnfinished`.
        do throws(ScoreboardError) { return try make() } catch {
            guard [EWOULDBLOCK, ENOENT].contains(error.code) else { throw error }
            return try make()
        }
    }

    // MARK: Reading

    /// The contents of a directory.
    public struct Content: Sendable {
        /// A snapshot of each running process, and one with the totals of all ended processes.
        public var snapshots: [Snapshot] = []
        /// The paths of files that are damaged or of another version.
        public var unreadable: [String] = []
    }

    /// Reads the scoreboards of all processes, running and ended. Requires no write permission.
    ///
    /// - Returns: the directory's contents.
    /// - Throws: ``ScoreboardError`` if the directory cannot be read or contains no scoreboards.
    public func read() throws(ScoreboardError) -> Content {
        let content = try read(besides: 0)
        guard !content.snapshots.isEmpty || !content.unreadable.isEmpty else {
            throw ScoreboardError("read a scoreboard in \(path)", ENOENT)
        }
        return content
    }

    /// Reads all scoreboards except one.
    ///
    /// - Parameter own: the identity of the scoreboard to leave out.
    func read(besides own: UInt64) throws(ScoreboardError) -> Content {
        // Meanwhile, another process may add a file to the totals and remove it. It replaces the totals before it removes the
        // file, so if they have changed, read everything again. If they change each time, use the last reading.
        for _ in 0..<3 {
            let version = OpenFile.Status(pastPath)
            let content = try readOnce(besides: own)
            if version == OpenFile.Status(pastPath) { return content }
        }
        return try readOnce(besides: own)
    }

    private func readOnce(besides own: UInt64) throws(ScoreboardError) -> Content {
        var content = Content()
        var past: Snapshot?
        switch readFile(pastPath) {
        case .board(let snapshot, _): past = snapshot.ended
        case .unreadable: content.unreadable.append(pastPath)
        case .none: break
        }
        var counted: Set<UInt64> = (past?.added ?? []).union([own])
        var ended = EndedProcesses(past, at: clock.stamp())
        var hasEnded = past != nil
        for path in try boards() {
            switch readFile(path) {
            case .board(let snapshot, let isLive):
                guard counted.insert(snapshot.identity).inserted else { continue }
                if isLive {
                    content.snapshots.append(snapshot)
                } else {
                    ended.add(snapshot)
                    hasEnded = true
                }
            case .unreadable: content.unreadable.append(path)
            case .none: break
            }
        }
        if hasEnded { content.snapshots.append(Snapshot(ended.image, isLive: false)) }
        return content
    }

    /// The paths of all scoreboards except the totals. Those of running processes come first: a copy of such a file has the
    /// same identity but is not locked, and only the first file with an identity counts.
    private func boards() throws(ScoreboardError) -> [String] {
        let paths = try names(Self.suffix).map { "\(path)/\($0)" }.filter { $0 != pastPath }
        let live = Set(paths.filter(Self.isLocked))
        return paths.filter(live.contains) + paths.filter { !live.contains($0) }
    }

    private static func isLocked(_ path: String) -> Bool {
        do throws(ScoreboardError) {
            return try OpenFile(path, O_RDONLY, for: "read \(path)").isLocked()
        } catch {
            return false
        }
    }

    private enum Reading {
        case board(Snapshot, isLive: Bool)
        case unreadable(isLive: Bool)
        /// The file is missing, empty, or not a regular file.
        case none
    }

    private func readFile(_ path: String) -> Reading {
        do throws(ScoreboardError) {
            let file = try OpenFile(path, O_RDONLY, for: "read \(path)")
            // Check the lock before reading: if the process has ended, the contents are final.
            let isLive = file.isLocked()
            if let image = file.readImage() { return .board(Snapshot(image, isLive: isLive), isLive: isLive) }
            return file.status?.size == 0 ? .none : .unreadable(isLive: isLive)
        } catch {
            return .none
        }
    }

    /// The names in the directory that have a suffix, up to the limit.
    private func names(_ suffix: String) throws(ScoreboardError) -> [String] {
        guard let directory = opendir(path) else { throw ScoreboardError("read \(path)") }
        defer { closedir(directory) }
        var names: [String] = []
        while names.count < Self.fileLimit, let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(suffix) { names.append(name) }
        }
        return names.sorted()
    }

    // MARK: Adding up

    /// Adds the counts of ended processes to the totals, and removes their files. Does nothing if another process is doing
    /// this.
    ///
    /// - Parameter report: called for each damaged file, which is renamed.
    /// - Throws: ``ScoreboardError`` if the totals cannot be written; their counts and the processes' files are then unchanged.
    func addUpEnded(report: (DirectoryFault) -> Void) throws(ScoreboardError) {
        let lockPath = "\(path)/lock"
        let lock = try OpenFile(lockPath, O_RDWR | O_CREAT, for: "lock \(lockPath)")
        do throws(ScoreboardError) { try lock.lock("lock \(lockPath)") } catch {
            guard error.code == EWOULDBLOCK else { throw error }
            return
        }
        try removeUnfinished()
        var past: Snapshot?
        switch readFile(pastPath) {
        case .board(let snapshot, _): past = snapshot
        case .unreadable: try setAside(pastPath, as: Self.past, report)
        case .none: break
        }
        var sum = EndedProcesses(past, at: clock.stamp())
        var live: Set<UInt64> = []
        var ended: (paths: [String], identities: Set<UInt64>) = ([], [])
        var hasMore = false
        for path in try boards() {
            switch readFile(path) {
            case .board(let snapshot, isLive: true): live.insert(snapshot.identity)
            case .board(let snapshot, isLive: false) where !live.contains(snapshot.identity):
                ended.paths.append(path)
                ended.identities.insert(snapshot.identity)
                guard !sum.added.contains(snapshot.identity) else { continue }
                sum.add(snapshot)
                hasMore = true
            case .unreadable(isLive: false): try setAside(path, as: "process", report)
            case .board, .unreadable, .none: break
            }
        }
        if hasMore {
            // Files that were removed earlier need no longer be listed.
            sum.added = ended.identities
            try write(sum.image)
        }
        for path in ended.paths { unlink(path) }
        withExtendedLifetime(lock) {}
    }

    /// Replaces the totals. The old file is kept until the new one is on the disk, so that one of them survives even a crash of
    /// the machine.
    private func write(_ image: Image) throws(ScoreboardError) {
        let operation = "write \(pastPath)"
        let unfinished = "\(path)/\(Self.past)\(Self.unfinishedSuffix)"
        unlink(unfinished)
        do throws(ScoreboardError) {
            let file = try OpenFile(unfinished, O_WRONLY | O_CREAT | O_EXCL, for: operation)
            try file.write(image, number: 0, operation)
            try file.synchronize(operation)
            guard rename(unfinished, pastPath) == 0 else { throw ScoreboardError(operation) }
        } catch {
            unlink(unfinished)
            throw error
        }
        synchronizeDirectory()
    }

    private func synchronizeDirectory() {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Renames a damaged file. Only the last damaged file of each kind is kept, so that they cannot fill the disk.
    private func setAside(
        _ path: String, as kind: String, _ report: (DirectoryFault) -> Void
    ) throws(ScoreboardError) {
        let other = "\(self.path)/\(kind)\(Self.damagedSuffix)"
        guard rename(path, other) == 0 else { throw ScoreboardError("rename \(path)") }
        report(.setAside(path, as: other))
    }

    /// Removes incomplete files of processes that ended while creating them.
    private func removeUnfinished() throws(ScoreboardError) {
        for name in try names(Self.unfinishedSuffix) {
            let path = "\(path)/\(name)"
            guard let file = try? OpenFile(path, O_RDONLY, for: "read \(path)"), !file.isLocked() else { continue }
            unlink(path)
        }
    }
}
