internal import CFastCGI
internal import Glibc
internal import Synchronization

/// A listening socket, with its file if this process created one.
public final class Listener: Sendable {
    let descriptor: Int32
    private let state: Mutex<State>
    /// Creates the socket and its file again; nil for a socket without a file.
    private let makeAnew: (@Sendable () throws(StartError) -> (Int32, SocketFile))?

    private struct State {
        var file: SocketFile?
        var isClosed = false
    }

    /// Takes over a listening socket that the process has inherited.
    ///
    /// - Parameter descriptor: the inherited descriptor.
    /// - Throws: ``StartError`` if it is not a listening socket.
    public init(inherited descriptor: Int32) throws(StartError) {
        guard Self.isListening(descriptor) else {
            throw StartError(
                "listen on fd:\(descriptor)", reason: "it is not a listening socket",
                remedy: "start the program from spawn-fcgi or systemd socket activation, or give it an address")
        }
        self.descriptor = descriptor
        state = Mutex(State())
        makeAnew = nil
        prepare()
    }

    /// Listens on `unix:/path`, `127.0.0.1:9000`, `[::1]:9000`, or takes over `fd:3`.
    ///
    /// FastCGI has neither authentication nor encryption: a program that can connect can impersonate any user. Give only the
    /// web server access to the socket.
    ///
    /// - Parameters:
    ///   - address: the address, in one of these four forms.
    ///   - mode: the permissions of a unix socket's file.
    ///   - backlog: the maximum number of connections that wait to be accepted; the system may apply a lower limit.
    /// - Returns: the listening socket.
    /// - Throws: ``StartError`` with the reason and a remedy.
    public static func open(_ address: String, mode: UInt16 = 0o660, backlog: Int32 = 4096) throws(StartError)
        -> Listener
    {
        switch try ListenAddress(address) {
        case .inherited(let descriptor):
            return try Listener(inherited: descriptor)
        case .unix(let path):
            let make: @Sendable () throws(StartError) -> (Int32, SocketFile) = { () throws(StartError) in
                try SocketFile.listen(path, mode: mode, backlog: backlog)
            }
            let (descriptor, file) = try make()
            return Listener(descriptor, file, makeAnew: make)
        case .internet(let storage, let length):
            return Listener(try listen(address, storage, length, backlog))
        }
    }

    /// Whether a descriptor is a listening socket, as web servers and supervisors pass it to a process that they start.
    ///
    /// - Parameter descriptor: any number; it need not be open.
    /// - Returns: true if it is open and a listening socket.
    public static func isListening(_ descriptor: Int32) -> Bool {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value != 0
    }

    /// Whether programs on other machines can connect: an internet address that is not a loopback address.
    ///
    /// - Parameter address: one of the forms of ``open(_:mode:backlog:)``; for `fd:`, the socket's own address.
    public static func isExposed(_ address: String) -> Bool {
        guard let (storage, _) = try? ListenAddress(address).socketAddress else { return false }
        switch Int32(storage.ss_family) {
        case AF_INET:
            let host = withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr.bigEndian }
            return host >> 24 != 127
        case AF_INET6:
            let host = withUnsafeBytes(of: storage) { $0.loadUnaligned(as: sockaddr_in6.self).sin6_addr }
            return withUnsafeBytes(of: host) { $0.dropLast().contains { $0 != 0 } || $0.last != 1 }
        default:
            return false
        }
    }

    private init(
        _ descriptor: Int32, _ file: SocketFile? = nil,
        makeAnew: (@Sendable () throws(StartError) -> (Int32, SocketFile))? = nil
    ) {
        self.descriptor = descriptor
        self.makeAnew = makeAnew
        state = Mutex(State(file: file))
        prepare()
    }

    deinit {
        close()
    }

    /// Removes the socket's file and closes this process's descriptor. It does not shut the socket down, because other
    /// processes may share it.
    func close() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            // Remove the file first: once the socket is closed, another process may create its own socket at the path.
            state.file?.remove()
            Glibc.close(descriptor)
        }
    }

    /// Whether the socket's file was removed or replaced, so that web servers cannot connect.
    var isLost: Bool {
        state.withLock { !$0.isClosed && $0.file?.isInPlace == false }
    }

    /// Listens on a new socket at the same path, with the same descriptor. The descriptor must be added to the epoll set again.
    ///
    /// - Throws: ``StartError``, for example if another process listens at the path or another file is there.
    func reopen() throws(StartError) {
        guard let (new, file) = try makeAnew?() else { return }
        state.withLock { state in
            if state.isClosed {
                file.remove()
            } else {
                dup2(new, descriptor)
                state.file = file
                prepare()
            }
        }
        Glibc.close(new)
    }

    private func prepare() {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        // Another process on the same socket may accept a connection first; `accept` must not block then.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        // TCP connections inherit both options; unix sockets ignore them. With a buffer of this size, a writable socket has
        // room for several pieces.
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(SOL_SOCKET, SO_SNDBUF, 256 * 1024)
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        withUnsafeBytes(of: value) { bytes in
            _ = setsockopt(descriptor, level, option, bytes.baseAddress, socklen_t(bytes.count))
        }
    }

    private static func listen(
        _ address: String, _ storage: sockaddr_storage, _ length: socklen_t, _ backlog: Int32
    ) throws(StartError) -> Int32 {
        let descriptor = socket(Int32(storage.ss_family), Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var storage = storage
        let isBound = withUnsafeBytes(of: &storage) { bytes in
            bind(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), length) == 0
        }
        guard isBound, Glibc.listen(descriptor, backlog) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            let remedy =
                switch code {
                case EADDRINUSE: "stop the program that listens on it, or choose another port"
                case EADDRNOTAVAIL: "choose an address that this host has"
                case EACCES: "choose a port above 1023"
                default: "choose another address"
                }
            throw StartError("listen on \(address)", code: code, remedy: remedy)
        }
        return descriptor
    }
}
