internal import CFastCGI
internal import CGI
internal import Glibc
internal import NIOCore

/// One connection from the web server: its descriptor, and libfcgi's state for the response on it.
///
/// Knows nothing of threads or waiting. It has one owner at a time, and only the owner touches it: the watcher while the
/// connection is idle, then the event loop of the exchange.
///
/// `@unchecked Sendable`: ownership passes on only through `Connections`' locks or an event loop's task queue, each of which
/// orders the owners' accesses.
final class Connection: @unchecked Sendable {
    let token: Epoll.Token
    private(set) var descriptor: Int32

    /// Whether it took the process's last descriptor: its request is refused, and no other read from it.
    let isLastResort: Bool

    /// Since when it has been waiting for a request.
    var idleSince = NIODeadline.uptimeNanoseconds(0)

    /// Whether `descriptor` is in the epoll set; the kernel takes it out when it is closed.
    var isKnownToEpoll = false

    private let request: UnsafeMutablePointer<FCGX_Request>
    private var mayBeReused = false
    private var isFromNginx = false
    /// How much of the socket's buffer is known to be free.
    private var room = 0

    /// Takes over an accepted, blocking descriptor. It stays blocking: libfcgi takes EAGAIN for a broken stream.
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

    /// Closes at once, without the protocol's end of request.
    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Makes writes end at once, and keeps the descriptor's number taken.
    func shutdown(_ how: Shutdown) {
        Glibc.shutdown(descriptor, Int32(how == .writing ? SHUT_WR : SHUT_RDWR))
    }

    enum Shutdown { case writing, both }

    // MARK: Input; nothing here waits

    enum Received {
        case bytes(UnsafeRawBufferPointer)
        /// Nothing for now.
        case nothing
        /// Nothing any more.
        case end
    }

    /// Takes what has arrived, as far as it fits.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Received {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN { return .nothing }
        return count > 0 ? .bytes(UnsafeRawBufferPointer(rebasing: buffer[..<count])) : .end
    }

    /// Sends a few bytes past libfcgi, between two records. False: they do not fit, or the peer has gone.
    func reply(_ bytes: [UInt8]) -> Bool {
        send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Waits for the first byte.
    func hasArrival(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Whether the web server has given up the request that came whole: by closing, or by an ABORT_REQUEST record. What has
    /// arrived stays there.
    func isAborted() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 2, alignment: 1) { scratch in
            let count = recv(descriptor, scratch.baseAddress, scratch.count, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
            if count < 0, errno == EAGAIN { return false }
            return count <= 0
                || count == 2 && scratch[0] == Record.version && scratch[1] == Record.Kind.abortRequest.rawValue
        }
    }

    // MARK: The response, written by libfcgi; these wait unless there is room, see `hasRoom`

    /// Has libfcgi begin the response to a request.
    ///
    /// - Returns: false when it lacks the memory. Then the connection can only be closed.
    func beginResponse(to parser: RequestParser, _ beginnings: BeginningPipe) -> Bool {
        let hasBegun = beginnings.begin(request, id: parser.requestID, keepsConnection: parser.keepsConnection)
        request.pointee.ipcFd = descriptor
        guard hasBegun else { return false }
        mayBeReused = parser.keepsConnection && !isLastResort
        isFromNginx = parser.parameters["SERVER_SOFTWARE"]?.hasPrefix("nginx/") ?? false
        // What libfcgi reads with and its error stream have no more use, and a stream lives for minutes. Nothing was written
        // to the error stream, so that it ends without a record.
        FCGX_FreeStream(&request.pointee.in)
        FCGX_FClose(request.pointee.err)
        FCGX_FreeStream(&request.pointee.err)
        return true
    }

    /// Has the connection closed when the request ends, whatever the web server asked for.
    func forbidReuse() {
        mayBeReused = false
    }

    /// Whether a piece of so many bytes, at most `maxPiece`, can be written without waiting: Linux calls a socket writable
    /// while at least a third of its buffer is free, of a unix socket's three quarters.
    ///
    /// A yes holds for as many small pieces as take no more of the buffer than a large one: a stream's events need not
    /// ask each time.
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

    /// What the kernel counts for a piece beside its bytes.
    private static let pieceOverhead = 1280

    /// The most that is handed to libfcgi at a time: with header, padding and END_REQUEST it fits libfcgi's buffer.
    static let maxPiece = 8000

    /// Puts a piece into libfcgi's buffer, which must be empty.
    func put(_ piece: UnsafeRawBufferPointer) {
        guard let start = piece.baseAddress, !piece.isEmpty else { return }
        FCGX_PutStr(start.assumingMemoryBound(to: CChar.self), Int32(piece.count), request.pointee.out)
    }

    /// Writes libfcgi's buffer as one record. False: the peer has gone, and the stream with it.
    func flush() -> Bool {
        FCGX_FFlush(request.pointee.out) == 0
    }

    /// Ends the response: what is in libfcgi's buffer, the end of the stream and END_REQUEST leave in one write.
    ///
    /// - Returns: whether the connection can serve another request. Otherwise it is to be closed.
    func endResponse() -> Bool {
        let isSound: Bool
        if request.pointee.keepConnection != 0, !mayBeReused, isFromNginx {
            isSound = endForGood()
        } else {
            // As FCGX_Finish_r does it, which takes a request without an input stream for none at all.
            isSound = FCGX_FClose(request.pointee.out) == 0
        }
        FCGX_Free(request, 0)
        return mayBeReused && isSound
    }

    /// Ends the response on a connection that nginx wants to keep and that will be closed. FastCGI has no word for that: nginx
    /// would count on the connection from END_REQUEST on, and could lose a request on it in the moment before the close.
    /// It keeps none on which anything follows; so a record does that means nothing, in the same write. (Apache would send its
    /// next request before it sees what follows, and mistake that for the reply.)
    private func endForGood() -> Bool {
        guard flush() else { return false }
        let id = UInt16(truncatingIfNeeded: request.pointee.requestId)
        let records =
            Record.encode(.standardOutput, requestID: id) + Record.encodeEnd(of: id, .complete)
            // Of type 0, which was not understood.
            + Record.encode(.unknownType, requestID: 0, [UInt8](repeating: 0, count: 8))
        return write(descriptor, records, records.count) == records.count
    }
}
