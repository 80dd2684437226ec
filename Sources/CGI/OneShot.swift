internal import Glibc
internal import Threads

/// Plain CGI (RFC 3875): one request per process, from its environment and standard input to its standard output.
///
/// Everything blocks here. That harms nobody: the process has nothing else to do.
public enum OneShot {
    /// Reads the request that the process was started for.
    ///
    /// A body of which the server tells no length, as of a chunked upload, is read to the end of standard input.
    ///
    /// - Parameters:
    ///   - environment: the process's environment.
    ///   - maxBody: the largest body that is accepted, in bytes. A larger one is read and thrown away.
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

    /// Reads all of the body, even if nothing of it is kept: a server that talks to the program through one socket, as Apache
    /// does, would lose the reply if that were closed with bytes unread.
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

    /// Calls `action` once, on a thread of its own, when the web server closes its end of standard output: the client has
    /// gone. Servers that only close it after a failed write are noticed by the next write, as all are where the system starts
    /// no more threads.
    public static func whenServerLeaves(_ action: @escaping @Sendable () -> Void) {
        try? Thread.start(name: "server-watcher") {
            // Without a requested event, poll still reports hang-ups and errors.
            var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            while poll(&output, 1, -1) < 0, errno == EINTR {}
            action()
        }
    }
}

/// A plain CGI program's standard output as a sink: each flush waits until the server has taken everything.
///
/// Sendable although it has state: it is used on the exchange's event loop only, as every sink.
public final class StandardOutputSink: ByteSink, @unchecked Sendable {
    private var buffer: [UInt8] = []
    private var hasFailed = false

    /// A sink for the one reply of the process; a second one would mix its bytes into the first.
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
