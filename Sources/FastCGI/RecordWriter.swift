internal import CFastCGI
internal import Glibc

/// Writes pieces of responses as STDOUT records, with libfcgi, for all connections of one event loop.
///
/// A piece is complete when it is written, so no connection needs a libfcgi request of its own: 9 KB of buffers would live as
/// long as its stream. All share one request. Before each piece it gets the connection's descriptor and the request's id, which
/// libfcgi reads when it writes a record.
final class RecordWriter {
    private let request: UnsafeMutablePointer<FCGX_Request>

    init() throws(StartError) {
        request = .allocate(capacity: 1)
        request.initialize(to: FCGX_Request())
        FCGX_InitRequest(request, -1, 0)
        guard begin() else {
            request.deallocate()
            throw StartError(
                "begin a request in libfcgi", code: errno, remedy: "raise the limit on open files (ulimit -n)")
        }
    }

    deinit {
        FCGX_Free(request, 0)
        request.deallocate()
    }

    /// Writes a piece as one record. It blocks unless the socket's buffer has room.
    ///
    /// - Parameters:
    ///   - piece: at most `Connection.maxPiece` bytes, which fit into libfcgi's buffer.
    ///   - id: the web server's id for the request.
    ///   - descriptor: the connection to the web server.
    /// - Returns: false if the peer has closed the connection. The response has then failed.
    func write(_ piece: UnsafeRawBufferPointer, of id: UInt16, to descriptor: Int32) -> Bool {
        guard let start = piece.baseAddress, !piece.isEmpty else { return true }
        // After an error, libfcgi's stream stays closed.
        guard request.pointee.out != nil || begin() else { return false }
        request.pointee.ipcFd = descriptor
        request.pointee.requestId = Int32(id)
        FCGX_PutStr(start.assumingMemoryBound(to: CChar.self), Int32(piece.count), request.pointee.out)
        guard FCGX_FFlush(request.pointee.out) == 0 else {
            FCGX_Free(request, 0)
            return false
        }
        return true
    }

    /// Begins the request in libfcgi, which does so only for a request that it has read from a descriptor: it gets a pipe with
    /// the least that a request needs, BEGIN_REQUEST and the end of PARAMS.
    private func begin() -> Bool {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return false }
        defer { for end in ends { close(end) } }
        let role: [UInt8] = [0, 1, 0, 0, 0, 0, 0, 0]
        let records = Record.encode(.beginRequest, requestID: 1, role) + Record.encode(.parameters, requestID: 1)
        guard Glibc.write(ends[1], records, records.count) == records.count else { return false }
        request.pointee.ipcFd = ends[0]
        // Otherwise FCGX_Accept_r first closes the descriptor, as that of an earlier request.
        request.pointee.keepConnection = 1
        guard FCGX_Accept_r(request) == 0 else { return false }
        // Only the output stream is used. Nothing was written to the error stream, so closing it sends no record.
        FCGX_FreeStream(&request.pointee.in)
        FCGX_FClose(request.pointee.err)
        FCGX_FreeStream(&request.pointee.err)
        return true
    }
}
