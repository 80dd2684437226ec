internal import CGI
internal import Glibc
internal import NIOCore

/// One connection from the web server, and the response on it.
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

    private var requestID: UInt16 = 0
    /// Whether the web server asked to keep the connection open.
    private var isToBeKept = false
    private var mayBeReused = false
    private var isFromNginx = false
    /// How many bytes of the socket's send buffer are known to be free.
    private var room: Int

    /// Takes over an accepted, blocking descriptor. It stays blocking, because libfcgi treats EAGAIN as a broken stream.
    ///
    /// - Parameter sendBufferSize: the size of its send buffer, which is still empty.
    init(descriptor: Int32, token: Epoll.Token, isLastResort: Bool, sendBufferSize: Int) {
        self.descriptor = descriptor
        room = sendBufferSize >= 2 * Self.roomForPiece ? Self.roomForPiece : 0
        self.token = token
        self.isLastResort = isLastResort
    }

    deinit {
        close()
    }

    /// Closes the connection immediately, without sending END_REQUEST.
    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Announces the end of the output to the peer. The descriptor stays open for input.
    func shutdownOutput() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

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

    // MARK: The response; these calls block unless `hasRoom` has returned true

    /// Starts the response to a request.
    ///
    /// - Parameters:
    ///   - id: the web server's id for the request.
    ///   - keepsConnection: whether the web server wants to reuse the connection (FCGI_KEEP_CONN).
    ///   - server: the web server's name (`SERVER_SOFTWARE`).
    func beginResponse(id: UInt16, keepsConnection: Bool, to server: String?) {
        requestID = id
        isToBeKept = keepsConnection
        mayBeReused = keepsConnection && !isLastResort
        isFromNginx = server?.hasPrefix("nginx/") ?? false
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
            room = Self.roomForPiece
        }
        room -= needed
        return true
    }

    /// How many bytes the kernel accounts for each piece in addition to its content.
    private static let pieceOverhead = 1280

    private static let roomForPiece = maxPiece + pieceOverhead

    /// The maximum size of a piece, in bytes: with its header and padding it fits into libfcgi's buffer.
    static let maxPiece = 8000

    /// Writes a piece as one record. Returns false if the peer has closed the connection; the response has then failed.
    func write(_ piece: UnsafeRawBufferPointer, with writer: RecordWriter) -> Bool {
        writer.write(piece, of: requestID, to: descriptor)
    }

    /// Ends the response: sends the last piece, the end of the stream and END_REQUEST in one write, which libfcgi could do
    /// only with a request of its own for each response.
    ///
    /// - Returns: whether the connection can serve another request. If not, the caller must close it.
    func endResponse(with piece: UnsafeRawBufferPointer) -> Bool {
        let padding = -piece.count & 7
        var frame: [UInt8] = []
        frame.reserveCapacity(72)
        Record.appendHeader(.standardOutput, requestID, contentLength: piece.count, paddingLength: padding, to: &frame)
        let contentEnd = frame.count
        if !piece.isEmpty {
            frame.append(contentsOf: repeatElement(0, count: padding))
            Record.appendHeader(.standardOutput, requestID, contentLength: 0, to: &frame)
        }
        Record.appendEnd(of: requestID, .complete, to: &frame)
        if isToBeKept, !mayBeReused, isFromNginx { Record.appendUnknownType(to: &frame) }
        let isSound = gather(frame, with: piece, insertedAt: contentEnd)
        return mayBeReused && isSound
    }

    private func gather(_ frame: [UInt8], with piece: UnsafeRawBufferPointer, insertedAt position: Int) -> Bool {
        var frame = frame
        return frame.withUnsafeMutableBytes { frame in
            let start = frame.baseAddress
            let parts = [
                iovec(iov_base: start, iov_len: position),
                iovec(iov_base: UnsafeMutableRawPointer(mutating: piece.baseAddress), iov_len: piece.count),
                iovec(iov_base: start.map { $0 + position }, iov_len: frame.count - position),
            ]
            return writev(descriptor, parts, Int32(parts.count)) == frame.count + piece.count
        }
    }
}
