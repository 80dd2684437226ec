internal import CFastCGI
internal import Glibc

/// Sends a request to a responder as a web server does, to check that a process on a socket responds and speaks FastCGI.
///
/// It blocks, each step for up to 5 seconds. It is meant for command-line tools, not for servers.
public enum FastCGIClient {
    /// The time limit of each step, in seconds.
    private static let patience = 5
    private static let maximumAnswer = 1 << 16

    /// Sends a `GET` request for a path.
    ///
    /// - Parameters:
    ///   - address: `unix:/path`, `127.0.0.1:9000` or `[::1]:9000`.
    ///   - path: the path, for example `/healthz`, of up to 127 bytes.
    /// - Returns: the response's status; 200 if the response has no status (RFC 3875, section 6.3.3).
    /// - Throws: ``StartError`` if no process responds, or its response is not FastCGI.
    public static func get(_ path: String, from address: String) throws(StartError) -> Int {
        let operation = "send a request to \(address)"
        let descriptor = try connect(to: ListenAddress(address), operation)
        defer { close(descriptor) }
        let variables = parameters(["REQUEST_METHOD": "GET", "SCRIPT_NAME": path])
        let request = begin + record(.parameters, variables) + record(.parameters) + record(.standardInput)
        guard send(request, to: descriptor) else { throw failure(operation) }
        errno = 0
        guard let answer = receive(from: descriptor) else {
            if errno == EAGAIN { throw failure(operation) }
            throw StartError(
                operation, reason: "the program there does not speak FastCGI",
                remedy: "give the address that gpt-proxy listens on")
        }
        return status(of: answer)
    }

    // MARK: The connection

    private static func connect(to address: ListenAddress, _ operation: String) throws(StartError) -> Int32 {
        switch address {
        case .unix(let path):
            guard let address = SocketFile.socketAddress(path) else {
                throw StartError(operation, code: ENAMETOOLONG, remedy: "choose a path of 1 to 99 bytes")
            }
            let descriptor = open(AF_UNIX)
            let result = SocketFile.withSocketAddress(address) { Glibc.connect(descriptor, $0, $1) }
            return try checked(descriptor, result, operation)
        case .internet(var storage, let length):
            let descriptor = open(Int32(storage.ss_family))
            let result = withUnsafeBytes(of: &storage) { bytes in
                Glibc.connect(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
            }
            return try checked(descriptor, result, operation)
        case .inherited:
            throw StartError(
                operation, reason: "an inherited descriptor has no address",
                remedy: "give unix:/path or an address with a port")
        }
    }

    private static func open(_ family: Int32) -> Int32 {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        return descriptor
    }

    private static func checked(_ descriptor: Int32, _ result: Int32, _ operation: String) throws(StartError) -> Int32 {
        guard result == 0 else {
            let error = failure(operation)
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func failure(_ operation: String) -> StartError {
        let code = errno
        let remedy =
            switch code {
            case ECONNREFUSED: "start gpt-proxy: no process listens there"
            case ENOENT: "start gpt-proxy there, or give the address that it listens on"
            case EACCES, EPERM: "run this as a user in the socket's group, like the web server's user"
            case EAGAIN: "check whether the process is stopped or overloaded: no response for \(patience) seconds"
            default: "check whether gpt-proxy is running"
            }
        return StartError(operation, code: code, remedy: remedy)
    }

    private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    // MARK: FastCGI (specification, sections 3.3, 5 and 8)

    /// Starts a request with id 1 to a responder, which closes the connection after the response.
    private static let begin = record(.beginRequest, [0, 1, 0, 0, 0, 0, 0, 0])

    private static func record(_ kind: Record.Kind, _ content: [UInt8] = []) -> [UInt8] {
        Record.encode(kind, requestID: 1, content)
    }

    /// Names and values of less than 128 bytes each.
    private static func parameters(_ pairs: KeyValuePairs<String, String>) -> [UInt8] {
        pairs.flatMap { name, value in
            [UInt8(name.utf8.count), UInt8(value.utf8.count)] + Array(name.utf8) + Array(value.utf8)
        }
    }

    /// Receives the responder's standard output until it ends the request. Returns nil if it does not end it.
    private static func receive(from descriptor: Int32) -> [UInt8]? {
        var output: [UInt8] = []
        while output.count <= maximumAnswer {
            guard let head = read(Record.headerLength, from: descriptor), head[0] == Record.version,
                let content = read(Int(head[4]) * 256 + Int(head[5]) + Int(head[6]), from: descriptor)
            else { return nil }
            switch Record.Kind(rawValue: head[1]) {
            case .endRequest: return output
            case .standardOutput: output += content.dropLast(Int(head[6]))
            default: break
            }
        }
        return nil
    }

    private static func read(_ count: Int, from descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var position = 0
        while position < count {
            let read = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress?.advanced(by: position), count - position, 0)
            }
            guard read > 0 else { return nil }
            position += read
        }
        return bytes
    }

    private static func status(of answer: [UInt8]) -> Int {
        let line = String(decoding: answer.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        guard line.hasPrefix("Status: ") else { return 200 }
        return Int(line.dropFirst("Status: ".count).prefix(3)) ?? 200
    }
}
