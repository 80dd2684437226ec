internal import CFastCGI
internal import CGI
internal import Glibc
internal import NIOCore

/// One connection from the web server: its descriptor, and libfcgi's state for the response on it.
///
/// It does no locking and no waiting. It has one owner at a time, and only the owner accesses it: the server loop while the
/// connection is idle, then the event loop of the session.
///
/// `@unchecked Sendable`: ownership is handed over only through the locks in `Connections` or through an event loop's task
/// queue. Each of them orders the owners' accesses.
final class Connection: @unchecked Sendable {
    let token: Epoll.Token
    private(set) var descriptor: Int32

    /// Whether it uses the process's last descriptor: then its one request is refused and the connection is closed.
    let isLastResort: Bool

    /// When it last became idle.
    var idleSince = NIODeadline.uptimeNanoseconds(0)

    /// Whether `descriptor` is in the epoll set. The kernel removes it when it is closed.
    var isKnownToEpoll = false

    private let request: UnsafeMutablePointer<FCGX_Request>
    private var mayBeReused = false
    private var isFromNginx = false
    /// How many bytes of the socket's send buffer are known to be free.
    private var room = 0

    /// Takes over an accepted, blocking descriptor. It stays blocking, because libfcgi treats EAGAIN as a broken stream.
    init(descriptor: Int32, token: Epoll.Token, isLastResort: Bool) {
        self.descriptor = descriptor
        self.token = token
        self.isLastResort = isLastResort
        request = .allocate(capacity: 1)
        request.initialize(to: FCGX_Request())
        FCGX_InitRequest(request, -1, 0)
    }

    deinit {
        FCGX_Free(request, 0)
        close()
        request.deallocate()
    }

    /// Closes the connection immediately, without sending END_REQUEST.
    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Shuts the socket down, so that further writes fail immediately. The descriptor stays open, so its number is not reused.
    func shutdown(_ how: Shutdown) {
        Glibc.shutdown(descriptor, Int32(how == .writing ? SHUT_WR : SHUT_RDWR))
    }

    enum Shutdown { case writing, both }

    // MARK: Input; nothing here blocks, except `hasArrival` up to its limit

    enum Received {
        case bytes(UnsafeRawBufferPointer)
        /// Nothing has arrived yet.
        case nothing
        /// The peer has closed the connection, or it has failed.
        case end
    }

    /// Receives as many of the arrived bytes as fit into `buffer`.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Received {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN { return .nothing }
        return count > 0 ? .bytes(UnsafeRawBufferPointer(rebasing: buffer[..<count])) : .end
    }

    /// Sends a few bytes without libfcgi, between two of its records. Returns false if they do not fit into the socket's buffer
    /// or the peer has closed the connection.
    func reply(_ bytes: [UInt8]) -> Bool {
        send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Waits until a byte can be received or the connection ends. Returns false on timeout.
    func hasArrival(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Whether the web server has aborted a completely received request, by closing the connection or with an ABORT_REQUEST
    /// record. Only peeks: the bytes stay in the socket.
    func isAborted() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 2, alignment: 1) { scratch in
            let count = recv(descriptor, scratch.baseAddress, scratch.count, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
            if count < 0, errno == EAGAIN { return false }
            return count <= 0
                || count == 2 && scratch[0] == Record.version && scratch[1] == Record.Kind.abortRequest.rawValue
        }
    }

    // MARK: The response, written by libfcgi; these calls block unless `hasRoom` has returned true

    /// Starts the response to a request.
    ///
    /// - Parameters:
    ///   - id: the web server's id for the request.
    ///   - keepsConnection: whether the web server wants to reuse the connection.
    ///   - server: the web server's name (`SERVER_SOFTWARE`).
    /// - Returns: false if libfcgi cannot allocate memory. The connection must then be closed.
    func beginResponse(
        id: UInt16, keepsConnection: Bool, to server: String?, _ beginnings: BeginningPipe
    ) -> Bool {
        let hasBegun = beginnings.begin(request, id: id, keepsConnection: keepsConnection)
        request.pointee.ipcFd = descriptor
        guard hasBegun else { return false }
        mayBeReused = keepsConnection && !isLastResort
        isFromNginx = server?.hasPrefix("nginx/") ?? false
        // Free libfcgi's input and error streams now: they are not used any more, and a streamed response can take minutes.
        // Nothing was written to the error stream, so closing it sends no record.
        FCGX_FreeStream(&request.pointee.in)
        FCGX_FClose(request.pointee.err)
        FCGX_FreeStream(&request.pointee.err)
        return true
    }

    /// Makes the connection close when the request ends, even if the web server asked to keep it open.
    func forbidReuse() {
        mayBeReused = false
    }

    /// Whether a piece of `count` bytes, at most `maxPiece`, can be written without blocking. Linux reports a TCP socket as
    /// writable while at least a third of its buffer is free, and a unix socket while at least three quarters are.
    ///
    /// One `poll` grants room for a piece of `maxPiece` bytes. Several smaller pieces can share that room, so not every event
    /// of a stream needs a system call.
    func hasRoom(for count: Int) -> Bool {
        let needed = count + Self.pieceOverhead
        if room < needed {
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&entry, 1, 0) > 0 else { return false }
            room = Self.maxPiece + Self.pieceOverhead
        }
        room -= needed
        return true
    }

    /// How many bytes the kernel accounts for each piece in addition to its content.
    private static let pieceOverhead = 1280

    /// The maximum size of a piece, in bytes: with its header, padding and END_REQUEST it fits into libfcgi's buffer.
    static let maxPiece = 8000

    /// Copies a piece into libfcgi's buffer, which must be empty.
    func put(_ piece: UnsafeRawBufferPointer) {
        guard let start = piece.baseAddress, !piece.isEmpty else { return }
        FCGX_PutStr(start.assumingMemoryBound(to: CChar.self), Int32(piece.count), request.pointee.out)
    }

    /// Writes libfcgi's buffer as one record. Returns false if the peer has closed the connection; the response has then
    /// failed.
    func flush() -> Bool {
        FCGX_FFlush(request.pointee.out) == 0
    }

    /// Ends the response: sends the content of libfcgi's buffer, the end of the stream and END_REQUEST in one write.
    ///
    /// - Returns: whether the connection can serve another request. If not, the caller must close it.
    func endResponse() -> Bool {
        let isSound: Bool
        if request.pointee.keepConnection != 0, !mayBeReused, isFromNginx {
            isSound = endForGood()
        } else {
            // What FCGX_Finish_r would do; but it ignores a request whose input stream has been freed.
            isSound = FCGX_FClose(request.pointee.out) == 0
        }
        FCGX_Free(request, 0)
        return mayBeReused && isSound
    }

    /// Ends the response on a connection that nginx wants to keep but that will be closed. FastCGI cannot announce the close:
    /// nginx considers the connection reusable from END_REQUEST on, and a request that it sends just before the close is lost.
    /// nginx does not reuse a connection with unread data, so a meaningless record is appended in the same write. (Not for
    /// Apache: it would send its next request before it reads the extra record, and mistake that for the response.)
    private func endForGood() -> Bool {
        guard flush() else { return false }
        let id = UInt16(truncatingIfNeeded: request.pointee.requestId)
        let records =
            Record.encode(.standardOutput, requestID: id) + Record.encodeEnd(of: id, .complete)
            // FCGI_UNKNOWN_TYPE, for the type 0.
            + Record.encode(.unknownType, requestID: 0, [UInt8](repeating: 0, count: 8))
        return write(descriptor, records, records.count) == records.count
    }
}
