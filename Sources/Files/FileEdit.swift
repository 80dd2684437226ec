internal import Glibc

/// Changes a file in one step: a reader finds the old contents or the new ones, never a part of them, and every account that may
/// read the file before may read it afterwards.
public enum FileEdit {
    /// Changes a file. Another program that does it in the same way waits until this one has finished.
    ///
    /// The new contents go into a new file beside it, which gets the owner, group, mode and access control list of the old one,
    /// is written to disk, and then takes its name. If any of that fails, the file stays as it was.
    ///
    /// - Parameters:
    ///   - path: the file, or a link to it. A link stays, and the file that it leads to is changed.
    ///   - limit: how many bytes the file may have.
    ///   - mayCreate: whether a file is made if there is none; with the mode 0640.
    ///   - change: makes the new contents of the old ones; nil for no change.
    /// - Returns: whether the file has been made.
    /// - Throws: ``FileError`` if the file cannot be changed, else what `change` throws.
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

    /// The path without links.
    private static func resolved(_ path: String) throws(FileError) -> String {
        if let file = absolute(path) { return file }
        let operation = "change \(path)"
        let code = errno
        var status = stat()
        guard code == ENOENT, lstat(path, &status) != 0 else {
            guard code == ENOENT else { throw FileError(operation, code: code) }
            throw FileError(
                operation, reason: "it is a link that leads nowhere", remedy: "create the file, or remove the link")
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
        // An editor that was killed may have left one behind. No editor is at work on it, since this one has the lock.
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

    /// The file's other names would keep the old contents.
    private static func refuseFurtherNames(_ path: String, _ descriptor: Int32) throws(FileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink > 1 else { return }
        throw FileError(
            "change \(path)", reason: "the file has another name (hard link), under which it would stay as it is",
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
            errno == EBUSY ? "it is mounted by itself: change it where it is mounted from, or mount its directory" : nil
        throw FileError("replace \(path)", code: errno, remedy: remedy)
    }

    /// Writes the directory to disk, so that the old file is not there again after a crash. An account that may write to the
    /// directory, but not read it, cannot do this.
    private static func sync(directoryOf path: String) {
        let descriptor = open(split(path).directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
