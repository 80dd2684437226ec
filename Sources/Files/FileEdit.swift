internal import Glibc

/// Changes a file atomically: readers see either the old or the new contents, never a part of them, and every account that was
/// allowed to read the old file may read the new one.
public enum FileEdit {
    /// Changes a file. Concurrent calls, also from other processes, wait for each other.
    ///
    /// The new contents are written to a new file in the same directory. The new file gets the owner, group, mode and access
    /// control list of the old one, is synchronised to disk, and then renamed over the old file. If any of these steps fails,
    /// the old file is unchanged.
    ///
    /// - Parameters:
    ///   - path: the file, or a link to it. A link is kept, and its target is changed.
    ///   - limit: the maximum size of the file, in bytes.
    ///   - mayCreate: whether to create a missing file; its mode is 0640.
    ///   - change: returns the new contents for the old ones; nil for no change.
    /// - Returns: whether the file was created.
    /// - Throws: ``FileError`` if the file cannot be changed; otherwise the error that `change` throws.
    @discardableResult
    public static func change(
        _ path: String, limit: Int, mayCreate: Bool = false, _ change: ([UInt8]) throws -> [UInt8]?
    ) throws -> Bool {
        let path = try resolved(path)
        try FileContents.checkKind(of: path, limit: limit)
        let lock = try FileLock(path, mayCreate: mayCreate)
        do {
            let old = try FileContents.read(lock.descriptor, path, limit: limit)
            guard let bytes = try change(old.bytes) else {
                lock.removeIfNew(path)
                return false
            }
            try FileContents.check(size: bytes.count, limit: limit, "change \(path)")
            try replace(path, lock.descriptor, old.version, with: bytes)
            return lock.isNew
        } catch {
            lock.removeIfNew(path)
            throw error
        }
    }

    /// Resolves all links in a path. The file need not exist.
    private static func resolved(_ path: String) throws(FileError) -> String {
        if let file = absolute(path) { return file }
        let operation = "change \(path)"
        let code = errno
        var status = stat()
        guard code == ENOENT, lstat(path, &status) != 0 else {
            guard code == ENOENT else { throw FileError(operation, code: code) }
            // It is not, if another process has created the file since.
            if let file = absolute(path) { return file }
            throw FileError(
                operation, reason: "it is a link to a missing file", remedy: "create the file, or remove the link")
        }
        let (directory, name) = split(path)
        guard let directory = absolute(directory) else { throw FileError(operation, code: errno) }
        return directory == "/" ? "/\(name)" : "\(directory)/\(name)"
    }

    private static func absolute(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = path[..<slash]
        return (directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...]))
    }

    private static func replace(
        _ path: String, _ descriptor: Int32, _ version: FileVersion, with bytes: [UInt8]
    ) throws(FileError) {
        try refuseFurtherNames(path, descriptor)
        let rights = try AccessRights(of: descriptor, path)
        let draft = path + ".new"
        // A killed process may have left its new file behind. No other process is writing to it, because this one has the lock.
        unlink(draft)
        let new = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard new >= 0 else {
            throw FileError(
                "create \(draft)", code: errno, remedy: "run the command as a user who may write to its directory")
        }
        defer { close(new) }
        do throws(FileError) {
            try write(bytes, to: new, draft)
            try rights.give(to: new, path)
            guard fsync(new) == 0 else { throw FileError("write \(draft)", code: errno) }
            try rename(draft, to: path, replacing: version)
        } catch {
            unlink(draft)
            throw error
        }
        sync(directoryOf: path)
    }

    /// Throws if the file has other hard links, because they would keep the old contents.
    private static func refuseFurtherNames(_ path: String, _ descriptor: Int32) throws(FileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink > 1 else { return }
        throw FileError(
            "change \(path)", reason: "the file has another hard link, which would keep the old contents",
            remedy: "make one of them a symbolic link: ln -s")
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw FileError("write \(path)", code: errno) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    private static func rename(_ draft: String, to path: String, replacing version: FileVersion) throws(FileError) {
        guard FileVersion(of: path) == version else {
            throw FileError(
                "change \(path)", reason: "another program has changed it at the same time",
                remedy: "run the command again")
        }
        guard Glibc.rename(draft, path) != 0 else { return }
        let remedy: String? =
            errno == EBUSY ? "the file itself is a mount point: change its source, or mount its directory instead" : nil
        throw FileError("replace \(path)", code: errno, remedy: remedy)
    }

    /// Synchronises the directory to disk, so that the old file does not reappear after a crash. This is not possible, and is
    /// skipped, if this user may write to the directory but not read it.
    private static func sync(directoryOf path: String) {
        let descriptor = open(split(path).directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
