internal import Glibc
internal import Threads

/// Plain CGI (RFC 3875): one request per process, from its environment and standard input to its standard output.
///
/// All calls block, because the process has nothing else to do.
public enum CGIProcess {
    /// Reads the request for which the process was started.
    ///
    /// If the web server gives no length, as for a chunked upload, the body is read up to the end of standard input.
    ///
    /// - Parameters:
    ///   - environment: the process's environment.
    ///   - maxBody: the maximum size of the body, in bytes. A larger body is read and discarded.
    /// - Returns: the request; receiving its body fails if the body is too large or incomplete.
    public static func readRequest(environment: [String: String], maxBody: Int) -> Request {
        var parameters = Parameters()
        for (name, value) in environment { parameters.insert(name, value) }
        var request = Request(parameters: parameters)
        let announced = parameters["CONTENT_LENGTH"].map { Int($0) ?? -1 }
        if let announced, announced < 0 {
            request.body = StoredBody(.failure(.incomplete))
        } else if announced != nil || !["GET", "HEAD", "OPTIONS"].contains(request.method) {
            request.body = StoredBody(readBody(announced: announced, limit: maxBody))
        }
        return request
    }

    /// Reads the whole body, even if it is discarded. Some web servers, such as Apache, use one socket for both directions, and
    /// closing a socket with unread bytes would destroy the response.
    private static func readBody(announced: Int?, limit: Int) -> Result<[UInt8], BodyError> {
        var body: [UInt8] = []
        body.reserveCapacity(min(announced ?? 0, limit))
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        var total = 0
        while total < announced ?? Int.max {
            let wanted = min(piece.count, (announced ?? Int.max) - total)
            let count = piece.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, wanted) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            total += count
            if total <= limit { body.append(contentsOf: piece[..<count]) }
        }
        guard announced ?? total <= limit else { return .failure(.tooLarge(limit: limit)) }
        guard announced == nil || announced == total else { return .failure(.incomplete) }
        return .success(body)
    }

    /// Calls `action` once, on a separate thread, when the web server closes its end of standard output because the client has
    /// disconnected. Some web servers close it only after a failed write; that is noticed at this program's next write. So is
    /// every disconnection if no thread can be started.
    ///
    /// - Parameter action: the closure to call.
    public static func whenServerLeaves(_ action: @escaping @Sendable () -> Void) {
        try? Thread.start(name: "server-watcher") {
            // Even with no requested event, poll reports hang-ups and errors.
            var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            while poll(&output, 1, -1) < 0, errno == EINTR {}
            action()
        }
    }
}

/// A plain CGI program's standard output as a sink. Each flush blocks until the web server has accepted all bytes.
///
/// `@unchecked Sendable`: like every sink, it is used only on the exchange's event loop.
public final class StandardOutputSink: ByteSink, @unchecked Sendable {
    private var buffer: [UInt8] = []
    private var hasFailed = false

    /// Creates the sink for the process's only response. A second sink would write into the same output.
    public init() {}

    public var pendingByteCount: Int { buffer.count }

    public var clientIsGone: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return hasFailed || poll(&output, 1, 0) > 0
    }

    public func append(_ body: (inout [UInt8]) -> Void) {
        body(&buffer)
    }

    public func flush() {
        var rest = buffer[...]
        while !rest.isEmpty, !hasFailed {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { hasFailed = true } else { rest = rest.dropFirst(count) }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    public func whenDrained(_ action: @escaping @Sendable () -> Void) {
        action()
    }
}
