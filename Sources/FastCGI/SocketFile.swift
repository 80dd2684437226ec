internal import CFastCGI
internal import Glibc

/// The file of a unix socket that this process has created.
struct SocketFile: Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Creates a listening socket and its file. Replaces the socket file of a process that has ended. Fails if a process
    /// listens on the path, or if another kind of file is there.
    ///
    /// The file appears under its name only when the socket is listening, so a client that waits for the file can connect as
    /// soon as it exists.
    static func listen(_ path: String, mode: UInt16, backlog: Int32) throws(StartError) -> (Int32, SocketFile) {
        let operation = "listen on unix:\(path)"
        let provisionalPath = "\(path).\(getpid())"
        guard let address = socketAddress(path), let provisionalAddress = socketAddress(provisionalPath) else {
            throw StartError(operation, code: ENAMETOOLONG, remedy: "choose a path of 1 to 99 bytes")
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        do throws(StartError) {
            // `bind` creates the file with the socket's mode less the umask, so it never has more permissions than requested.
            fchmod(descriptor, mode_t(mode))
            unlink(provisionalPath)
            guard bind(descriptor, provisionalAddress) else { throw failure(operation, errno) }
            defer { unlink(provisionalPath) }
            var status = stat()
            guard chmod(provisionalPath, mode_t(mode)) == 0, lstat(provisionalPath, &status) == 0,
                Glibc.listen(descriptor, backlog) == 0
            else { throw failure(operation, errno) }
            if link(provisionalPath, path) != 0 {
                guard errno == EEXIST else { throw failure(operation, errno) }
                try removeIfLeftBehind(path, address, operation)
                guard link(provisionalPath, path) == 0 else { throw failure(operation, errno) }
            }
            return (descriptor, SocketFile(path: path, device: status.st_dev, inode: status.st_ino))
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Whether the file exists and still belongs to this socket.
    var isInPlace: Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_dev == device && status.st_ino == inode
    }

    /// Removes the file, unless another file has replaced it.
    func remove() {
        if isInPlace { unlink(path) }
    }

    private static func removeIfLeftBehind(
        _ path: String, _ address: sockaddr_un, _ operation: String
    ) throws(StartError) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            throw StartError(
                operation, reason: "the existing file is not a socket", remedy: "remove it, or choose another path")
        }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        defer { close(probe) }
        let isRefused = withSocketAddress(address) { connect(probe, $0, $1) } != 0 && errno == ECONNREFUSED
        guard isRefused else {
            throw StartError(
                operation, reason: "another process listens there", remedy: "stop it, or choose another path")
        }
        unlink(path)
    }

    private static func failure(_ operation: String, _ code: Int32) -> StartError {
        let remedy =
            switch code {
            case ENOENT: "create the directory"
            case EACCES, EPERM, EROFS: "choose a directory that this user may write to"
            case EMFILE, ENFILE: "raise the limit on open files (ulimit -n)"
            default: "choose another path"
            }
        return StartError(operation, code: code, remedy: remedy)
    }

    static func socketAddress(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard !path.isEmpty, path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return address
    }

    private static func bind(_ descriptor: Int32, _ address: sockaddr_un) -> Bool {
        withSocketAddress(address) { Glibc.bind(descriptor, $0, $1) } == 0
    }

    static func withSocketAddress(
        _ address: sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
