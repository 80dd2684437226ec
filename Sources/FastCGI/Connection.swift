internal import CFastCGI
internal import Glibc
internal import NIOCore

/// One connection from the web server: its descriptor, and libfcgi's state for the request on it.
///
/// Knows nothing of threads or waiting. It has one owner at a time, and only the owner touches it: the watcher while the
/// connection is idle, then whoever reads the request, then the event loop of the exchange.
///
/// `@unchecked Sendable`: ownership passes on only through `Connections`' and `ReadingThreads`' locks or an event loop's
/// task queue, each of which orders the owners' accesses.
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

    /// Makes reads and writes end at once, whoever is in them, and keeps the descriptor's number taken.
    func shutdown(_ how: Shutdown) {
        Glibc.shutdown(descriptor, Int32(how == .reading ? SHUT_RD : SHUT_RDWR))
    }

    enum Shutdown { case reading, both }

    // MARK: Looking, without waiting

    enum Arrival: Equatable {
        case nothing
        case gone
        case bytes(RecordScan)
    }

    /// What has arrived and was not read yet; it stays there.
    func peek(_ scratch: UnsafeMutableRawBufferPointer) -> Arrival {
        switch look(scratch, waiting: false) {
        case .some(let bytes) where bytes.isEmpty: .gone
        case .some(let bytes): .bytes(RecordScan(bytes.bytes))
        case nil: .nothing
        }
    }

    /// Waits for the first byte.
    func hasArrival(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Whether the web server has given up the request: by closing, or by an ABORT_REQUEST record.
    func isAborted() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 2, alignment: 1) { scratch in
            guard let bytes = look(scratch, waiting: false) else { return false }
            return bytes.isEmpty || RecordScan.isAbort(bytes.bytes)
        }
    }

    /// The bytes that are there, left there; empty when the peer is gone, nil when there are none yet.
    private func look(_ scratch: UnsafeMutableRawBufferPointer, waiting: Bool) -> UnsafeRawBufferPointer? {
        let flags = Int32(MSG_PEEK) | (waiting ? 0 : Int32(MSG_DONTWAIT))
        let count = recv(descriptor, scratch.baseAddress, scratch.count, flags)
        if count < 0, errno == EAGAIN { return nil }
        return UnsafeRawBufferPointer(rebasing: scratch[..<max(0, count)])
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

    // MARK: The request, read by libfcgi; these wait

    /// Waits for the first two bytes, leaves them there, and says whether they begin a request.
    func awaitBeginning() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 2, alignment: 1) { scratch in
            while let bytes = look(scratch, waiting: true), !bytes.isEmpty, RecordScan(bytes.bytes) != .foreign {
                if bytes.count == scratch.count { return true }
                // Peeking does not wait for the second byte when one is there: look again soon, unless none can come.
                var entry = pollfd(fd: descriptor, events: Int16(Epoll.peerClosed), revents: 0)
                if poll(&entry, 1, 1) != 0 { return false }
            }
            return false
        }
    }

    /// Lets libfcgi read the beginning and the variables. False: this is no request to a responder, or it broke off;
    /// the connection can only be closed.
    func acceptRequest() -> Bool {
        request.pointee.ipcFd = descriptor
        // libfcgi's accept first finishes what was before, and would close the descriptor with it.
        request.pointee.keepConnection = 1
        // A detached connection is closed at once; otherwise libfcgi waits up to 2 s for the peer to close first.
        FCGX_Detach(request)
        guard FCGX_Accept_r(request) == 0 else {
            descriptor = request.pointee.ipcFd
            return false
        }
        mayBeReused = request.pointee.keepConnection != 0 && !isLastResort
        return request.pointee.role == Role.responder
    }

    private enum Role { static let responder: Int32 = 1 }

    /// The request's variables, as `NAME=value` in bytes; valid until the request is finished.
    func forEachVariable(_ body: (UnsafePointer<CChar>) -> Void) {
        guard var entry = request.pointee.envp else { return }
        while let variable = entry.pointee {
            body(variable)
            entry += 1
        }
    }

    /// Reads the body's next bytes until `buffer` is full; fewer means the end, or an error that `inputIsSound` tells.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let start = buffer.baseAddress, buffer.count > 0 else { return 0 }
        return Int(FCGX_GetStr(start.assumingMemoryBound(to: CChar.self), Int32(buffer.count), request.pointee.in))
    }

    var inputIsSound: Bool { FCGX_GetError(request.pointee.in) == 0 }

    /// Gives the memory back that libfcgi reads with, once the input is read to its end: a stream lives for minutes.
    ///
    /// Nothing is ever written to its error stream, so that this ends here too, without a record.
    func endReading() {
        FCGX_FreeStream(&request.pointee.in)
        FCGX_FClose(request.pointee.err)
        FCGX_FreeStream(&request.pointee.err)
    }

    /// Has the connection closed when the request ends, whatever the web server asked for.
    func forbidReuse() {
        mayBeReused = false
    }

    // MARK: The response, written by libfcgi; these wait unless there is room, see `hasRoom`

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

    /// Ends the request: what is in libfcgi's buffer, the end of the stream and END_REQUEST leave in one write. True when
    /// the connection can serve another request; otherwise it is closed.
    func finish() -> Bool {
        let isSound: Bool
        if request.pointee.keepConnection != 0, !mayBeReused, isFromNginx {
            isSound = endForGood()
        } else {
            // As FCGX_Finish_r does it, which takes a request without an input stream for none at all.
            isSound = FCGX_FClose(request.pointee.out) == 0
        }
        FCGX_Free(request, mayBeReused && isSound ? 0 : 1)
        descriptor = request.pointee.ipcFd
        return descriptor >= 0
    }

    /// Ends the request on a connection that nginx wants to keep and that will be closed. FastCGI has no word for that: nginx
    /// would count on the connection from END_REQUEST on, and could lose a request on it in the moment before the close.
    /// It keeps none on which anything follows; so a record does that means nothing, in the same write.
    private func endForGood() -> Bool {
        guard flush() else { return false }
        let id = UInt16(truncatingIfNeeded: request.pointee.requestId)
        // All zeroes: END_REQUEST of a request that is complete, and a management record of type 0 that was not understood.
        let zeroes = [UInt8](repeating: 0, count: 8)
        let records =
            Record.encode(.standardOutput, requestID: id) + Record.encode(.endRequest, requestID: id, zeroes)
            + Record.encode(.unknownType, requestID: 0, zeroes)
        return write(descriptor, records, records.count) == records.count
    }

    /// Apache would send its next request before it sees what follows, and mistake that for the reply.
    private var isFromNginx: Bool {
        guard let software = FCGX_GetParam("SERVER_SOFTWARE", request.pointee.envp) else { return false }
        return strncmp(software, "nginx/", 6) == 0
    }
}
