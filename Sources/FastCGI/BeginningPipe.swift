internal import CFastCGI
internal import Glibc

/// Has libfcgi begin a request that has been read and checked already.
///
/// libfcgi only takes requests that it reads from a descriptor, and it waits there for what is missing. So it reads from a
/// pipe, which holds all that it needs to write a response: BEGIN_REQUEST and the end of PARAMS. It never reads from the web
/// server.
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

    /// Begins a request.
    ///
    /// - Parameters:
    ///   - request: libfcgi's state, which is free.
    ///   - id: the number that the web server has given the request.
    ///   - keepsConnection: what the web server asked for.
    /// - Returns: false when libfcgi lacks the memory.
    func begin(_ request: UnsafeMutablePointer<FCGX_Request>, id: UInt16, keepsConnection: Bool) -> Bool {
        var records = Self.records
        for start in [0, 16] {
            records[start + 2] = UInt8(id >> 8)
            records[start + 3] = UInt8(id & 0xFF)
        }
        records[10] = keepsConnection ? 1 : 0
        guard write(ends.write, records, records.count) == records.count else { return false }
        request.pointee.ipcFd = ends.read
        // libfcgi's accept first finishes what was before, and would close the descriptor with it.
        request.pointee.keepConnection = 1
        FCGX_Detach(request)
        guard FCGX_Accept_r(request) == 0 else {
            // It has closed the end that it reads from.
            replace()
            return false
        }
        return true
    }

    /// The beginning of a request to a responder, without its number and flags.
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
