internal import CFastCGI
internal import Glibc

/// Starts a request in libfcgi after this module has read and checked it.
///
/// libfcgi accepts only requests that it reads from a descriptor, and it blocks until they are complete. It therefore reads
/// from a pipe that holds the minimum it needs to write a response: BEGIN_REQUEST and the end of PARAMS. It never reads from
/// the web server's connection.
final class BeginningPipe {
    private var ends: (read: Int32, write: Int32)

    init() throws(StartError) {
        guard let ends = Self.make() else {
            throw StartError("create a pipe", code: errno, remedy: "raise the limit on open files (ulimit -n)")
        }
        self.ends = ends
    }

    deinit {
        close(ends.read)
        close(ends.write)
    }

    /// Starts a request in libfcgi.
    ///
    /// - Parameters:
    ///   - request: libfcgi's state; it must not be in use by another request.
    ///   - id: the web server's id for the request.
    ///   - keepsConnection: whether the web server asked to keep the connection open (FCGI_KEEP_CONN).
    /// - Returns: false if libfcgi cannot allocate memory.
    func begin(_ request: UnsafeMutablePointer<FCGX_Request>, id: UInt16, keepsConnection: Bool) -> Bool {
        var records = Self.records
        for start in [0, 16] {
            records[start + 2] = UInt8(id >> 8)
            records[start + 3] = UInt8(id & 0xFF)
        }
        records[10] = keepsConnection ? 1 : 0
        guard write(ends.write, records, records.count) == records.count else { return false }
        request.pointee.ipcFd = ends.read
        // FCGX_Accept_r first finishes the previous request; `keepConnection` stops it from closing this descriptor.
        request.pointee.keepConnection = 1
        FCGX_Detach(request)
        guard FCGX_Accept_r(request) == 0 else {
            // libfcgi has closed the read end.
            replace()
            return false
        }
        return true
    }

    /// The start of a request to a responder, without its id and flags.
    private static let records =
        Record.encode(.beginRequest, requestID: 0, [0, 1, 0, 0, 0, 0, 0, 0]) + Record.encode(.parameters, requestID: 0)

    private func replace() {
        close(ends.write)
        ends = Self.make() ?? (-1, -1)
    }

    /// Neither end blocks. The pipe is empty between two requests, so the records fit, and libfcgi reads them at once.
    private static func make() -> (read: Int32, write: Int32)? {
        var descriptors: [Int32] = [-1, -1]
        guard pipe(&descriptors) == 0 else { return nil }
        for descriptor in descriptors {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
        return (descriptors[0], descriptors[1])
    }
}
